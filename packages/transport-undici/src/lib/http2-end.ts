import { channel } from "node:diagnostics_channel";
import type { ClientHttp2Stream } from "node:http2";

const created = channel("http2.client.stream.created");

const CANCEL = 8;

/**
 * Witnesses how an HTTP/2 stream ends. Node ends it alike for END_STREAM and for RST_STREAM with CANCEL or
 * NO_ERROR, and undici takes either for the end of the body (run); but in the latter case Node has marked
 * the stream closed before it ends what can be read.
 */
export class Http2End {
  /** Whether END_STREAM has been read (RFC 9113 section 5.1). */
  proven = false;
  /** nghttp2's own complaint, where the server broke the protocol: undici puts another in its place. */
  violation: Error | undefined;
  #stream: ClientHttp2Stream | undefined;

  /** Watches the stream that is opened by the caller, in this very turn. */
  constructor() {
    const onCreated = (message: unknown): void => {
      created.unsubscribe(onCreated);
      this.#watch((message as { stream: ClientHttp2Stream }).stream);
    };
    created.subscribe(onCreated);
    queueMicrotask(() => created.unsubscribe(onCreated));
  }

  /** Whether the stream is gone, by whatever means. */
  get closed(): boolean {
    return this.#stream?.closed === true;
  }

  /** Resets the stream with CANCEL: undici itself would say NO_ERROR (RFC 9113 section 7). */
  cancel(): void {
    this.#stream?.close(CANCEL);
  }

  #watch(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    stream.prependListener("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_HTTP2_ERROR") this.violation = error;
    });
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null && !stream.closed) this.proven = true;
      return push(chunk, encoding);
    };
  }
}
