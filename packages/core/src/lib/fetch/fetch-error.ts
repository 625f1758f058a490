import { asHeadraceError } from "../headrace-error.ts";

/** Failures that another attempt may mend. */
const passing: readonly string[] = ["dns", "connect", "network", "proxy", "tls", "reset", "truncated", "timeout"];

/**
 * Wraps one of our errors as fetch does: a `TypeError` with ours as its cause. Anything else stays as it is.
 *
 * For failures of the network its message is Node's own, to the letter: programs go by it to decide whether to try
 * again (`@ai-sdk/provider-utils` wants "fetch failed" and a cause, `is-network-error` that or "terminated").
 */
export function toFetchError(reason: unknown): unknown {
  const cause = asHeadraceError(reason);
  if (!cause || cause !== reason) return reason;
  const lost = cause.response ? "terminated" : "fetch failed";
  return new TypeError(passing.includes(cause.code) ? lost : cause.message, { cause });
}
