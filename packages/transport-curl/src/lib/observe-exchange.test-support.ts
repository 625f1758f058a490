import type { ResponseHead, Transport, TransportRequest } from "@headrace/core/transport";

/** What a test saw of one exchange. */
export interface ObservedExchange {
  head: ResponseHead | undefined;
  /** The body, one character a byte. */
  body: string;
  trailers: Headers | undefined;
  /** What it failed with; `undefined` for a proven end. */
  error: { code?: string; phase?: string; message?: string; status?: number; retryable?: boolean } | undefined;
}

/** What of a request a test cares about. */
export interface ObserveInit extends Partial<Omit<TransportRequest, "url" | "headers" | "body">> {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly onHead?: (head: ResponseHead) => void;
  readonly onBody?: (piece: string) => void | Promise<void>;
}

/** A request as core would hand it over, with everything a test leaves out filled in. */
export function makeRequest(url: string, init: ObserveInit = {}): TransportRequest {
  return {
    url: new URL(url),
    method: init.method ?? (init.body === undefined ? "GET" : "POST"),
    headers: new Headers(init.headers),
    body: init.body === undefined ? null : Buffer.from(init.body, "latin1"),
    signal: init.signal ?? new AbortController().signal,
    connectTimeout: init.connectTimeout ?? 0,
  };
}

/** Sends one request through `send` and notes what comes of it. For tests. */
export async function observeExchange(
  transport: Transport,
  url: string,
  init: ObserveInit = {},
): Promise<ObservedExchange> {
  const seen: ObservedExchange = { head: undefined, body: "", trailers: undefined, error: undefined };
  try {
    await transport.send(makeRequest(url, init), {
      head(head) {
        seen.head = head;
        init.onHead?.(head);
      },
      body(bytes) {
        const piece = Buffer.from(bytes).toString("latin1");
        seen.body += piece;
        return init.onBody?.(piece);
      },
      trailers: (trailers) => void (seen.trailers = trailers),
    });
  } catch (error) {
    seen.error = error as NonNullable<ObservedExchange["error"]>;
  }
  return seen;
}
