import type { ResponseHead, Transport, TransportRequest } from "@headrace/core/transport";

/** What a test saw of one exchange. */
export interface Received {
  head: ResponseHead | undefined;
  body: string;
  trailers: [string, string][];
  error: (Error & { code?: string; phase?: string; status?: number; retryable?: boolean; detail?: string }) | undefined;
}

/** For tests: sends one request, a GET unless told otherwise, and collects what comes; never rejects. */
export async function receive(
  transport: Transport,
  url: string,
  init: Partial<TransportRequest> & {
    /** Called with all of the body so far, and the piece that came last. */
    onBody?: (body: string, piece: string) => void | Promise<void>;
  } = {},
): Promise<Received> {
  const received: Received = { head: undefined, body: "", trailers: [], error: undefined };
  const { onBody, ...request } = init;
  const defaults = {
    method: "GET",
    headers: new Headers(),
    body: null,
    signal: new AbortController().signal,
    connectTimeout: 0,
  };
  try {
    await transport.send(
      { url: new URL(url), ...defaults, ...request },
      {
        head: (head) => void (received.head = head),
        body(bytes) {
          const piece = Buffer.from(bytes).toString("latin1");
          received.body += piece;
          return onBody?.(received.body, piece);
        },
        trailers: (trailers) => void received.trailers.push(...trailers),
      },
    );
  } catch (error) {
    received.error = error as NonNullable<Received["error"]>;
  }
  return received;
}
