import { HeadraceError, invalidArgument } from "./headrace-error.ts";

/** What headers may be given as. */
export type HeadersSource = Headers | Record<string, string> | Iterable<readonly [string, string]>;

/** RFC 9110 section 5.6.2. */
export const token: RegExp = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** RFC 9110 section 5.5: field-content is VCHAR, SP, HTAB and obs-text; one character is one byte here. */
export const fieldValue: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;
// Connection and framing are the transport's (RFC 9112), Proxy-* is between it and its proxy.
const refused = /^(connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

/**
 * Copies headers, having checked each name and value: `new Headers` would put a bad value, which may be
 * a credential, into its error's message.
 *
 * @param forbidden lower-case names that the transport cannot send: `unsupported`
 */
export function createHeaders(source: HeadersSource | undefined, forbidden: readonly string[]): Headers {
  const headers = new Headers();
  if (source === undefined || source === null) return headers;
  if (typeof source !== "object") throw invalidArgument("`headers` must be Headers, an object, or pairs");
  const pairs: Iterable<unknown> = Symbol.iterator in source ? source : Object.entries(source);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw invalidArgument("`headers` must be pairs of name and value");
    const [name, value] = pair as [unknown, unknown];
    if (typeof name !== "string" || !token.test(name))
      throw invalidArgument("a header name is not a token (RFC 9110 section 5.1)");
    const lower = name.toLowerCase();
    if (refused.test(lower)) throw invalidArgument(`the header ${lower} is not yours to set: the transport does`);
    if (forbidden.includes(lower))
      throw new HeadraceError("unsupported", `this transport cannot send the header ${lower}`);
    if (typeof value !== "string") throw invalidArgument(`the value of the header ${lower} must be a string`);
    if (!fieldValue.test(value)) {
      throw invalidArgument(
        `the value of the header ${lower} has a character that HTTP does not allow (CR, LF, NUL, above U+00FF)`,
      );
    }
    headers.append(name, value);
  }
  return headers;
}
