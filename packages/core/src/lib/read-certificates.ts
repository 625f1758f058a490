import type { NetworkOptions } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** The certificates of the network options, in PEM. */
export interface Certificates {
  /** To trust instead of the stack's own. */
  readonly ca: string | undefined;
  /** The client's, or its chain; given exactly where `key` is. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What Node, Bun and Deno know of certificates. */
interface Host {
  readonly process?: {
    getBuiltinModule?(id: "node:tls"): { createSecureContext(options: Partial<Certificates>): unknown };
    getBuiltinModule?(id: "node:crypto"): { X509Certificate: new (pem: string) => unknown };
  };
}

/**
 * Reads `ca`, `cert` and `key`; the key may be in `cert`, too. Where the runtime can tell whether they are what they
 * should be, it is asked: HTTP stacks say so at the first handshake, if at all.
 *
 * @throws `invalid-argument`, without a cause: that may tell the key
 */
export function readCertificates(options: Pick<NetworkOptions, "ca" | "cert" | "key">): Certificates {
  const [ca, cert] = [textOf(options.ca, "ca"), textOf(options.cert, "cert")];
  const key = textOf(options.key, "key") ?? (cert?.includes(" PRIVATE KEY-----") ? cert : undefined);
  if (cert === undefined && key !== undefined) throw invalid("the option key must be given with cert");
  if (cert !== undefined && key === undefined) throw invalid("the option cert must be given with its key");
  const { process } = globalThis as Host;
  if (ca !== undefined) {
    const blocks = ca.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g);
    if (!blocks) throw invalid("the option ca must be certificates in PEM");
    const crypto = process?.getBuiltinModule?.("node:crypto");
    attempt(
      "the option ca cannot be read",
      () => crypto && blocks.forEach((block) => new crypto.X509Certificate(block)),
    );
  }
  if (cert !== undefined && key !== undefined) {
    const message = "the options cert and key are not a certificate in PEM with its key";
    attempt(message, () => process?.getBuiltinModule?.("node:tls").createSecureContext({ cert, key }));
  }
  return { ca, cert, key };
}

function textOf(pem: string | Uint8Array | undefined, name: string): string | undefined {
  if (pem === undefined || typeof pem === "string") return pem;
  if (!(pem instanceof Uint8Array)) throw invalid(`the option ${name} must be text or bytes in PEM`);
  return new TextDecoder().decode(pem);
}

function attempt(message: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw invalid(typeof code === "string" ? `${message}: ${code}` : message);
  }
}

function invalid(message: string): TransportError {
  return new TransportError("invalid-argument", message);
}
