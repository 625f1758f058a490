import type { ResponseInfo } from "../response-info.ts";

/** Statuses whose response has no body (Fetch Standard, "null body status"). */
export function hasNullBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** Makes a genuine `Response` of a head and a body: what its constructor cannot be told is put on it. */
export function createResponse(head: ResponseInfo, body: ReadableStream<Uint8Array> | null): Response {
  const { status, headers, statusText = "" } = head;
  // The constructor throws on anything else (RFC 9112 section 4).
  const reason = /^[\t\x20-\x7e\x80-\xff]*$/.test(statusText) ? statusText : "";
  return describe(new Response(body, { status, statusText: reason, headers }), head);
}

function describe(response: Response, head: ResponseInfo): Response {
  const { url, redirected } = head;
  for (const name of ["append", "delete", "set"]) Object.defineProperty(response.headers, name, { value: refuse });
  const clone = (): Response => describe(Response.prototype.clone.call(response), head);
  for (const [name, value] of Object.entries({ url, redirected, type: "basic", clone })) {
    Object.defineProperty(response, name, { value, configurable: true });
  }
  return response;
}

/** Fetch Standard, section 5.6: a response is made with the guard "immutable". */
function refuse(): never {
  throw new TypeError("the headers of a response cannot be changed: copy them with new Headers(response.headers)");
}
