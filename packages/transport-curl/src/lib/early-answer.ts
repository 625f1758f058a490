import type { ResponseHead, TransportRequest } from "@headrace/core/transport";
import { Info } from "./curl-constants.ts";
import type { Libcurl } from "./libcurl.ts";

/** How far an exchange that libcurl still works on has come. */
interface Progress {
  readonly request: TransportRequest;
  readonly head: Omit<ResponseHead, "url"> | undefined;
  /** Bytes of body that have arrived. */
  readonly received: number;
}

/**
 * Whether the whole response has arrived, by its Content-Length, while the request is still going out: libcurl
 * goes on with an upload that the server has stopped reading, for ever (RFC 9112 section 9.5).
 */
export function isAnsweredEarly(curl: Libcurl, easy: bigint, { request, head, received }: Progress): boolean {
  const size = request.body?.length ?? 0;
  const length = head?.headers.get("content-length");
  if (size === 0 || !length || head?.headers.has("transfer-encoding")) return false;
  return received >= Number.parseInt(length, 10) && curl.getLong(easy, Info.sizeUpload) < size;
}
