import { once } from "node:events";
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { KeyPair } from "./certificates.ts";
import type { WireLog } from "./wire-log.ts";

/** A server of HTTP/2 over TLS for what is ordinary there: `node:http2` frames it. */
export interface Http2Server {
  readonly origin: string;
  readonly sessions: readonly ServerHttp2Session[];
  close(): Promise<void>;
}

/** What answers a stream. */
export type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** Starts it; every stream is given to `onStream`. */
export async function startHttp2Server(pair: KeyPair, onStream: OnStream, log: WireLog): Promise<Http2Server> {
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ ...pair, allowHTTP1: false });
  server.on("session", (session) => {
    log.note("h2", `session ${sessions.push(session)}`);
    session.on("error", () => {});
  });
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    log.note(`h2 ${stream.id}`, `> ${headers[":method"]} ${headers[":path"]}`);
    stream.on("error", () => {});
    onStream(stream as ServerHttp2Stream, headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
