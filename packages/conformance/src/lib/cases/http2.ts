import { constants } from "node:http2";
import type { HeadraceErrorCode } from "@headrace/core";
import type { Transport } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { type Bytes, ok } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { createGate } from "./gate.ts";
import { acceptStream, endStream, frame, frameTypes, goawayFrame, headFrame, rstFrame } from "./h2-frames.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import type { ScriptedServer } from "../scripted-server.ts";
import { respond } from "./respond.ts";

const eventStream = { ":status": 200, "content-type": "text/event-stream" };

async function overHttp2({ create }: CaseContext): Promise<Transport> {
  return create({ httpVersion: "2", ca: (await certificates()).ca });
}

/** A server of frames by hand: every stream is answered by `answer`. */
async function serveFrames(
  { serve }: CaseContext,
  answer: (connection: ScriptedConnection, stream: number) => Promise<void>,
): Promise<ScriptedServer> {
  const { server } = await certificates();
  return serve(
    async (connection) => {
      for (let isFirst = true; ; isFirst = false) await answer(connection, await acceptStream(connection, isFirst));
    },
    { tls: { ...server, ALPNProtocols: ["h2"] } },
  );
}

/** A body of `hello` that is then broken by these frames, the connection ended where they reset no stream. */
async function expectBroken(
  context: CaseContext,
  bad: (stream: number) => Bytes,
  codes: readonly HeadraceErrorCode[],
): Promise<void> {
  const server = await serveFrames(context, async (connection, stream) => {
    await connection.send(headFrame(stream), frame(frameTypes.data, 0, stream, "hello"));
    await exchange.received(5);
    await connection.send(bad(stream));
    if (!codes.includes("reset")) connection.fin();
  });
  const transport = await overHttp2(context);
  const exchange = context.send(server.url(), { transport });
  await exchange.fails(...codes);
  expectEqual("the body", exchange.text, "hello");
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "h2.basic",
    title: "head, body and end come over HTTP/2, the version told",
    spec: "contract 1; RFC 9113",
    async run(context) {
      const server = await context.serveHttp2((stream, headers) => {
        stream.respond({ ...eventStream, "x-method": headers[":method"] ?? "", "x-a": ["1", "2"] });
        stream.end("hello");
      });
      const exchange = context.send(`${server.origin}/path?q`, {
        transport: await overHttp2(context),
        method: "POST",
        body: "x",
      });
      await exchange.ends("hello");
      const { status, headers, httpVersion } = await exchange.head();
      expectEqual(
        "status, method and X-A",
        [status, headers.get("x-method"), headers.get("x-a")],
        [200, "POST", "1, 2"],
      );
      if (context.supports.httpVersion !== "none") expectEqual("the version", httpVersion, "2");
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
  ...(
    [
      ["no-error", 0],
      ["internal-error", 2],
      ["cancel", 8],
    ] as const
  ).map(([name, code]) => ({
    id: `h2.reset-${name}`,
    title: `RST_STREAM(${name.toUpperCase().replace("-", "_")}) without END_STREAM is \`reset\`, not an end`,
    needs: ["endProof:http2"] as const,
    spec: "contract 2; contract 7, row 7",
    run: (context: CaseContext) => expectBroken(context, (stream) => rstFrame(stream, code), ["reset"]),
  })),
  {
    id: "h2.reset-after-end",
    title: "RST_STREAM(NO_ERROR) after END_STREAM changes nothing",
    spec: "RFC 9113 8.1",
    async run(context) {
      const server = await serveFrames(context, async (connection, stream) => {
        await connection.send(
          headFrame(stream),
          frame(frameTypes.data, endStream, stream, "hello"),
          rstFrame(stream, 0),
        );
      });
      await context.send(server.url(), { transport: await overHttp2(context) }).ends("hello");
    },
  },
  {
    id: "h2.connection-lost",
    title: "the loss of the connection in the middle of a body is `truncated`",
    spec: "contract 7, row 8",
    async run(context) {
      await expectBroken(context, () => "", ["truncated"]);
    },
  },
  {
    id: "h2.goaway",
    title: "GOAWAY(PROTOCOL_ERROR) and the end of the connection in the middle of a body is `truncated`",
    spec: "contract 7, row 8",
    async run(context) {
      await expectBroken(context, () => goawayFrame(0, 1), ["truncated"]);
    },
  },
  {
    id: "h2.refused-stream",
    title: "REFUSED_STREAM before the head is `reset` in phase `head`, or repeated at most once",
    spec: "contract 2; contract 7, row 6",
    async run(context) {
      let streams = 0;
      const server = await serveFrames(context, async (connection, stream) => {
        streams++;
        await connection.send(rstFrame(stream, 7));
      });
      const exchange = context.send(server.url(), { transport: await overHttp2(context) });
      expectEqual("the phase", (await exchange.fails("reset")).phase, "head");
      expectThat(streams <= 2, "at most two streams", streams);
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
      const total = 24 * 1_048_576;
      const gate = createGate();
      let offset = 0;
      const server = await context.serveHttp2((stream) => {
        stream.respond({ ...eventStream, "content-length": String(total) });
        const write = async (): Promise<void> => {
          for (; offset < total; offset += 65_536) {
            const taken = new Promise((resolve) => stream.write(patternBytes(offset, 65_536), resolve)).then(
              () => true,
            );
            const still = context.delay(250).then(() => false);
            if (!(await Promise.race([taken, still]))) gate.open();
            await taken;
          }
          stream.end();
        };
        void write();
      });
      const transport = await overHttp2(context);
      const exchange = context.send(server.origin, { transport, pattern: true, onBody: () => gate.opened });
      await context.within(1500, gate.opened, "the server to come to a stand");
      expectThat(offset < 16 * 1_048_576, "less than 16 MiB taken from the server", offset);
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
    id: "h2.fallback",
    title: "a server that speaks HTTP/1.1 only is answered by it",
    spec: "contract 1: offered over TLS",
    async run(context) {
      const { server: pair } = await certificates();
      const server = await context.serve(respond(ok("Content-Length: 2"), "ok"), { tls: pair });
      const exchange = context.send(server.url(), { transport: await overHttp2(context) });
      await exchange.ends("ok");
      if (context.supports.httpVersion !== "none")
        expectEqual("the version", (await exchange.head()).httpVersion, "1.1");
    },
  },
];

/** HTTP/2 by ALPN, where it is declared: RFC 9113. */
export const http2Cases: readonly ConformanceCase[] = defineCases(
  "h2",
  definitions.map((definition) => ({
    ...definition,
    needs: ["http2", "customCa", ...(definition.needs ?? [])] as const,
  })),
);
