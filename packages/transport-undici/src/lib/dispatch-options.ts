import type { TransportRequest } from "@headrace/core/transport";
import type { Dispatcher } from "undici";

/** Puts a request into undici's words: the target as in `href`, fields as they are, every clock off. */
export function dispatchOptions(
  { url, method, headers, body }: TransportRequest,
  userAgent: string,
): Dispatcher.DispatchOptions {
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  if (!headers.has("user-agent")) fields.push("user-agent", userAgent);
  return {
    origin: url.origin,
    // `URL` has no property that keeps the question mark of an empty query.
    path: url.href.slice(url.origin.length),
    method,
    headers: fields,
    body,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}
