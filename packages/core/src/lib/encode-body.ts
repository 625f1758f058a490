import { invalidArgument } from "./headrace-error.ts";

/** What a body may be: anything that can be sent twice, so never a stream. */
export type RequestBody = string | ArrayBufferView | ArrayBuffer | Blob | URLSearchParams | FormData;

/** A body as bytes, with the content type that Fetch gives it. */
export interface EncodedBody {
  bytes: Uint8Array | null;
  type?: string | undefined;
}

/** Whether a value is a body that can be sent as it is. */
export function isRequestBody(body: unknown): body is RequestBody {
  if (typeof body === "string" || ArrayBuffer.isView(body)) return true;
  return [ArrayBuffer, URLSearchParams, Blob, FormData].some((kind) => body instanceof kind);
}

/** Encodes a body (Fetch, "extract a body"). A promise only for `Blob` and `FormData`. */
export function encodeBody(options: {
  body?: RequestBody | null | undefined;
  json?: unknown;
}): EncodedBody | Promise<EncodedBody> {
  const { body, json } = options;
  if (json !== undefined) {
    if (body != null) throw invalidArgument("either `body` or `json`, not both");
    return { bytes: new TextEncoder().encode(serialize(json)), type: "application/json" };
  }
  if (body === undefined || body === null) return { bytes: null };
  if (!isRequestBody(body)) {
    throw invalidArgument(
      "`body` must be a string, bytes, Blob, URLSearchParams or FormData (an object goes in `json`; a stream cannot be sent again)",
    );
  }
  if (typeof body === "string") return { bytes: new TextEncoder().encode(body), type: "text/plain;charset=UTF-8" };
  if (ArrayBuffer.isView(body)) return { bytes: copyOf(body.buffer, body.byteOffset, body.byteLength) };
  if (body instanceof ArrayBuffer) return { bytes: copyOf(body) };
  if (body instanceof URLSearchParams) {
    const bytes = new TextEncoder().encode(body.toString());
    return { bytes, type: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  return extract(body);
}

function copyOf(buffer: ArrayBufferLike, offset?: number, length?: number): Uint8Array {
  if ((buffer as { detached?: boolean }).detached)
    throw invalidArgument("`body` has lost its bytes: they were transferred");
  return new Uint8Array(buffer, offset, length).slice();
}

async function extract(body: Blob | FormData): Promise<EncodedBody> {
  const response = new Response(body);
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    type: response.headers.get("content-type") ?? undefined,
  };
}

function serialize(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // What it says may quote the value.
  }
  if (text === undefined) throw invalidArgument("`json` cannot be serialised");
  return text;
}
