import { HeadraceError, type HeadraceErrorCode } from "./headrace-error.ts";
import { codeOfNodeError } from "./node-error-code.ts";
import { TransportError } from "./transport-error.ts";

/** How far an exchange has come: look-up and connection, TLS handshake, request sent, final head read. */
export type ExchangeStage = "connect" | "tls" | "head" | "body";

/**
 * Makes the `TransportError` of an error of Node's sockets, TLS or HTTP parser (contract 7).
 *
 * While connecting it is `dns` or `connect`, in the handshake `tls`; later `codeOfNodeError` decides, and what it does
 * not know is `reset`. `detail` is `refused`, or for a certificate `untrusted`, `hostname` or `expired`. A
 * `TransportError` is handed back as it is.
 */
export function fromNodeError(error: unknown, stage: ExchangeStage): TransportError {
  if (error instanceof HeadraceError) return error;
  const code = codeAt(stage, error);
  const { code: nodeCode, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
  // Node leaves the message of an AggregateError empty.
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown }[]) : [];
  const detail = details.find(([pattern]) => typeof nodeCode === "string" && pattern.test(nodeCode))?.[1];
  return new TransportError(code, `${descriptions[code] ?? code}: ${String(message || first?.message || error)}`, {
    phase: stage === "tls" ? "connect" : stage,
    // A parser's error holds what the server sent, an argument's its value.
    ...(code !== "protocol" && code !== "invalid-argument" && { cause: error }),
    ...(detail && { detail }),
  });
}

function codeAt(stage: ExchangeStage, error: unknown): HeadraceErrorCode {
  if (stage === "tls") return "tls";
  const known = codeOfNodeError(error, stage === "body");
  if (stage === "connect") return known === "dns" ? "dns" : "connect";
  return known ?? "reset";
}

const descriptions: Partial<Record<HeadraceErrorCode, string>> = {
  dns: "the name could not be resolved",
  connect: "no connection",
  tls: "the TLS handshake failed",
  protocol: "the response is not HTTP",
  reset: "the connection was lost",
  truncated: "the response was cut short",
};

const details: readonly (readonly [RegExp, string])[] = [
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "hostname"],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "expired"],
  [/SELF_SIGNED|^UNABLE_TO_(GET_ISSUER|VERIFY)|^CERT_(UNTRUSTED|SIGNATURE)/, "untrusted"],
  [/^ECONNREFUSED$/, "refused"],
];
