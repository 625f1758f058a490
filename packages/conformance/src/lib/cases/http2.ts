import { constants, type IncomingHttpHeaders } from "node:http2";
import type { Transport } from "@headrace/core/transport";
import { unmetNeed } from "../capabilities.ts";
import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { toBytes } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { createGate } from "./gate.ts";

const mebi = 1_048_576;
const eventStream = { ":status": 200, "content-type": "text/event-stream" };

/** A transport that offers HTTP/2 and trusts the certificates of the suite. */
export async function overHttp2({ create }: CaseContext): Promise<Transport> {
  return create({ httpVersion: "2", ca: (await certificates()).ca });
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "h2.basic",
    title: "head, body and end come over HTTP/2, the version told",
    spec: "contract 1; RFC 9113",
    async run(context) {
      const server = await context.serveHttp2((stream, headers) => {
        const seen = [headers[":method"], headers[":path"], headers["x-mine"]].join(" ");
        stream.respond({ ...eventStream, "x-seen": seen, "x-a": ["1", "2"] });
        stream.end("hello");
      });
      const exchange = context.send(`${server.origin}/path?q`, {
        transport: await overHttp2(context),
        method: "POST",
        headers: { "X-Mine": "V" },
        body: "x",
      });
      await exchange.ends("hello");
      const { status, headers, httpVersion } = await exchange.head();
      const told = [status, headers.get("x-seen"), headers.get("x-a")];
      expectEqual("status, what the server saw and X-A", told, [200, "POST /path?q V", "1, 2"]);
      if (unmetNeed(["httpVersion"], context.supports) === undefined) expectEqual("the version", httpVersion, "2");
    },
  },
  {
    id: "h2.one-connection",
    title: "ten streams at once each get their own bytes",
    spec: "RFC 9113 5; contract 2",
    async run(context) {
      const server = await context.serveHttp2((stream, headers) => {
        stream.respond(eventStream);
        stream.end(headers[":path"]);
      });
      const transport = await overHttp2(context);
      await context.send(`${server.origin}/first`, { transport }).ends("/first");
      const exchanges = Array.from({ length: 10 }, (_, index) =>
        context.send(`${server.origin}/${index}`, { transport }),
      );
      for (const [index, exchange] of exchanges.entries()) await exchange.ends(`/${index}`);
      expectThat(server.sessions.length <= 2, "no more connections than two", server.sessions.length);
    },
  },
  {
    id: "h2.each-write",
    title: "30 DATA frames in lock-step are each delivered before the next is sent",
    spec: "contract 3",
    async run(context) {
      const server = await context.serveHttp2((stream) => {
        stream.respond(eventStream);
        const write = async (): Promise<void> => {
          for (let count = 1; count <= 30; count++) {
            stream.write("data: 1\n\n");
            await exchange.received(count * 9);
          }
          stream.end();
        };
        write().catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
      });
      const transport = await overHttp2(context);
      const exchange = context.send(server.origin, { transport });
      await exchange.ends("data: 1\n\n".repeat(30));
    },
  },
  {
    id: "h2.abort",
    title: "an abort resets the stream and leaves a sibling alone",
    spec: "contract 2; RFC 9113 6.4",
    async run(context) {
      const gate = createGate();
      const reset = createGate();
      const server = await context.serveHttp2((stream, headers) => {
        stream.respond(eventStream);
        stream.write(headers[":path"]);
        if (headers[":path"] === "/aborted") stream.on("close", () => reset.open());
        else void gate.opened.then(() => stream.end());
      });
      const transport = await overHttp2(context);
      const lasting = context.send(`${server.origin}/lasting`, { transport });
      await lasting.received(8);
      const aborted = context.send(`${server.origin}/aborted`, { transport });
      await aborted.received(8);
      aborted.abort("enough");
      await aborted.rejectsWith("enough");
      await context.within(1000, reset.opened, "the aborted stream to be closed at the server");
      gate.open();
      await lasting.ends("/lasting");
    },
  },
  {
    id: "h2.backpressure",
    title: "a sink that takes nothing stops the stream under 16 MiB, and then gets the rest",
    needs: ["backpressure"],
    spec: "contract 3; RFC 9113 5.2",
    async run(context) {
      const gate = createGate();
      let stood: number | undefined;
      let total = 0;
      const server = await context.serveHttp2((stream) => {
        stream.respond(eventStream);
        const write = async (): Promise<void> => {
          for (const most = 24 * mebi; total < Math.min(most, (stood ?? most) + mebi); total += 65_536) {
            const written = new Promise((resolve) => stream.write(patternBytes(total, 65_536), resolve));
            const taken = written.then(() => true);
            if (stood !== undefined || (await Promise.race([taken, context.delay(250).then(() => false)]))) continue;
            stood = total;
            gate.open();
            await taken;
          }
          stream.end();
        };
        void write();
      });
      const transport = await overHttp2(context);
      const exchange = context.send(server.origin, { transport, pattern: true, onBody: () => gate.opened });
      await context.within(1500, gate.opened, "the server to come to a stand");
      expectThat((stood ?? total) < 16 * mebi, "less than 16 MiB taken from the server", stood);
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual("bytes received and index of the first wrong one", [bytesReceived, firstDifference], [total, -1]);
    },
  },
  {
    id: "h2.trailers",
    title: "trailers end the body, and are delivered",
    needs: ["trailers"],
    spec: "RFC 9113 8.1",
    async run(context) {
      const server = await context.serveHttp2((stream) => {
        stream.respond(eventStream, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "1" }));
        stream.end("hello");
      });
      const exchange = context.send(server.origin, { transport: await overHttp2(context) });
      await exchange.ends("hello");
      expectEqual("X-Sum", exchange.recording.receivedTrailers?.get("x-sum"), "1");
    },
  },
  {
    id: "h2.request-fields",
    title: "a request has its pseudo-header fields, its own in lower case, and none of the connection",
    spec: "RFC 9113 8.2, 8.2.2 and 8.3.1",
    async run(context) {
      let received: IncomingHttpHeaders = {};
      const server = await context.serveHttp2((stream, headers) => {
        received = headers;
        stream.respond(eventStream);
        stream.end();
      });
      const headers = { "X-Mine": "V", authorization: "Bearer mine" };
      await context.send(`${server.origin}/a%2Fb?q`, { transport: await overHttp2(context), headers }).ends("");
      const { host } = new URL(server.origin);
      const pseudo = [":method", ":scheme", ":authority", ":path"].map((name) => received[name]);
      expectEqual("the pseudo-header fields", pseudo, ["GET", "https", host, "/a%2Fb?q"]);
      expectEqual("X-Mine and Authorization", [received["x-mine"], received.authorization], ["V", "Bearer mine"]);
      const ofConnection = ["connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "host"];
      expectEqual(
        "fields of the connection",
        ofConnection.filter((name) => name in received),
        [],
      );
    },
  },
  {
    id: "h2.host",
    title: "a Host that the caller names is the authority of the request, and no other is told",
    spec: "RFC 9113 8.3.1",
    async run(context) {
      let received: IncomingHttpHeaders = {};
      const server = await context.serveHttp2((stream, headers) => {
        received = headers;
        stream.respond(eventStream);
        stream.end();
      });
      const headers = { host: "example.test:8443" };
      await context.send(server.origin, { transport: await overHttp2(context), headers }).ends("");
      expectEqual(":authority", received[":authority"], "example.test:8443");
      expectOneOf("Host", received.host, [undefined, "example.test:8443"]);
    },
  },
  {
    id: "h2.post-body",
    title: "a megabyte of content is sent whole, as fast as the server's window allows",
    spec: "RFC 9113 5.2 and 8.1",
    async run(context) {
      let length: string | undefined;
      const server = await context.serveHttp2((stream, headers) => {
        length = headers["content-length"];
        stream.respond(eventStream);
        stream.pipe(stream);
      });
      const offsets = Array.from({ length: 16 }, (_, index) => index * 65_536);
      const body = toBytes(...offsets.map((offset) => patternBytes(offset, 65_536)));
      const transport = await overHttp2(context);
      const exchange = context.send(server.origin, { transport, method: "POST", body, pattern: true });
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual(
        "bytes that came back and index of the first wrong one",
        [bytesReceived, firstDifference],
        [1_048_576, -1],
      );
      if (length !== undefined) expectEqual("Content-Length", length, "1048576");
    },
  },
];

/** Cases of HTTP/2 over TLS, for transports that declare it. */
export function defineHttp2Cases(definitions: readonly CaseDefinition[]): readonly ConformanceCase[] {
  const all = definitions.map((definition) => ({
    ...definition,
    needs: ["http2", "customCa", ...(definition.needs ?? [])] as const,
  }));
  return defineCases("h2", all);
}

/** HTTP/2 as it mostly is: RFC 9113. */
export const http2Cases: readonly ConformanceCase[] = defineHttp2Cases(definitions);
