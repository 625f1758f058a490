import type { ResponseHead, TransportRequest } from "@headrace/core/transport";
import { Info } from "./curl-constants.ts";
import type { Libcurl } from "./libcurl.ts";

/**
 * A response that may be complete, by its Content-Length, while the request is still going out: libcurl goes on
 * with an upload that the server has stopped reading, for ever (RFC 9112 section 9.5).
 */
export class EarlyAnswer {
  readonly #uploadSize: number;
  readonly #length: number;

  private constructor(uploadSize: number, length: number) {
    this.#uploadSize = uploadSize;
    this.#length = length;
  }

  /** @returns `undefined` where there is nothing to upload, or no Content-Length that counts */
  static of({ body }: TransportRequest, { headers }: Pick<ResponseHead, "headers">): EarlyAnswer | undefined {
    if (body === null || body.length === 0) return undefined;
    const length = headers.get("content-length");
    if (!length || headers.has("transfer-encoding")) return undefined;
    return new EarlyAnswer(body.length, Number.parseInt(length, 10));
  }

  /** Whether it is complete by now, of which `received` bytes have arrived, and the request is not. */
  isHere(curl: Libcurl, easy: bigint, received: number): boolean {
    return received >= this.#length && curl.getLong(easy, Info.sizeUpload) < this.#uploadSize;
  }
}
