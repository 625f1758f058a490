import type { webcrypto } from "node:crypto";
import type { TlsOptions } from "node:tls";

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Everything a TLS case needs, made when first asked for: nothing secret, nothing that expires in a repository. */
export interface Certificates {
  /** The authority that signed the others, PEM. */
  readonly ca: string;
  /** For 127.0.0.1, ::1 and localhost, signed by `ca`. */
  readonly server: KeyPair;
  /** Signed by `ca` for `wrong.test` only. */
  readonly wrongName: KeyPair;
  /** Signed by `ca`, for the right names, no longer valid. */
  readonly expired: KeyPair;
  /** For the right names, signed by nobody but itself. */
  readonly selfSigned: KeyPair;
  /** Signed by `ca`, for the right names, not yet valid. */
  readonly notYetValid: KeyPair;
  /** Signed by `ca` for `localhost`, and for no address. */
  readonly nameOnly: KeyPair;
  /** A client's, signed by `ca`. */
  readonly client: KeyPair;
}

let made: Promise<Certificates> | undefined;

/** The process's certificates; made once. */
export function certificates(): Promise<Certificates> {
  made ??= makeCertificates();
  return made;
}

/** TLS options of a server that demands a client's certificate, signed by `ca`. */
export function demandingClient({ server, ca }: Certificates): TlsOptions {
  return { ...server, ca, requestCert: true, rejectUnauthorized: true };
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
const rightNames = [
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
  { type: "dns", value: "localhost" },
] as const;

interface Wanted {
  readonly subject: string;
  readonly names?: readonly { readonly type: "ip" | "dns"; readonly value: string }[];
  readonly isAuthority?: boolean;
  /** Days from now at which validity begins and ends; default -30 and 7. */
  readonly from?: number;
  readonly days?: number;
}

async function makeCertificates(): Promise<Certificates> {
  await import("reflect-metadata"); // @peculiar/x509 needs it in place first
  const x509 = await import("@peculiar/x509");
  type Issuer = { readonly name: string; readonly keys: webcrypto.CryptoKeyPair };

  const make = async (wanted: Wanted, issuer?: Issuer): Promise<KeyPair & { keys: webcrypto.CryptoKeyPair }> => {
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const { names = [], isAuthority = false, from = -30, days = 7 } = wanted;
    const usage = isAuthority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: crypto.randomUUID().replaceAll("-", "").replace(/^./, "1"),
      subject: wanted.subject,
      issuer: issuer?.name ?? wanted.subject,
      notBefore: new Date(Date.now() + from * dayMs),
      notAfter: new Date(Date.now() + days * dayMs),
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(isAuthority, undefined, true),
        new x509.KeyUsagesExtension(usage, true),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : []),
      ],
    });
    const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return { cert: certificate.toString("pem"), key, keys };
  };

  const root = await make({ subject: "CN=headrace test authority", isAuthority: true });
  const issuer = { name: "CN=headrace test authority", keys: root.keys };
  const [server, wrongName, expired, selfSigned, notYetValid, nameOnly, client] = await Promise.all([
    make({ subject: "CN=localhost", names: rightNames }, issuer),
    make({ subject: "CN=wrong.test", names: [{ type: "dns", value: "wrong.test" }] }, issuer),
    make({ subject: "CN=localhost", names: rightNames, days: -1 }, issuer),
    make({ subject: "CN=localhost", names: rightNames }),
    make({ subject: "CN=localhost", names: rightNames, from: 1 }, issuer),
    make({ subject: "CN=localhost", names: [{ type: "dns", value: "localhost" }] }, issuer),
    make({ subject: "CN=client" }, issuer),
  ]);
  return { ca: root.cert, server, wrongName, expired, selfSigned, notYetValid, nameOnly, client };
}
