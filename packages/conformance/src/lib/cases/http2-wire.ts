import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import type { CaseDefinition, ConformanceCase } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { toBytes } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { createGate } from "./gate.ts";
import {
  ack,
  contentLength,
  dataFrame,
  endHeaders,
  endStream,
  frame,
  frameTypes,
  headBlock,
  headFrame,
  type Http2Peer,
  padded,
  serveFrames,
} from "./h2-frames.ts";
import { defineHttp2Cases, overHttp2 } from "./http2.ts";

const mebi = 1_048_576;

/** Answers a request with these frames, which must come out as this body. */
async function expectBody(context: CaseContext, body: string, frames: (stream: number) => Uint8Array[]): Promise<void> {
  const server = await serveFrames(context, (peer, stream) => peer.send(...frames(stream)));
  const exchange = context.send(server.url(), { transport: await overHttp2(context) });
  await exchange.ends(body);
  const { received } = exchange.recording;
  const head = [received?.status, received?.headers.get("content-type")];
  expectEqual("status and Content-Type", head, [200, "text/event-stream"]);
}

/** DATA that is not as long as Content-Length says. */
async function expectMismatch(context: CaseContext, length: number, body: string): Promise<void> {
  const server = await serveFrames(context, async (peer, stream) => {
    await peer.send(headFrame(stream, contentLength(length)));
    await exchange.head();
    await peer.send(dataFrame(stream, body, true));
  });
  const exchange = context.send(server.url(), { transport: await overHttp2(context) });
  await exchange.fails("protocol");
  expectOneOf("the body", exchange.text, ["", body, body.slice(0, length)]);
}

/** Sends all that the windows take, and a bit more once they open again; gives how much that was before. */
async function fillWindow(
  { delay }: CaseContext,
  [peer, stream]: readonly [Http2Peer, number],
  onStand: () => void,
): Promise<number> {
  let sent = 0;
  const step = async (): Promise<void> => {
    const window = Math.min(peer.window(stream), 16_384);
    if (window <= 0) return void (await peer.next());
    const bytes = patternBytes(sent, window);
    sent += window;
    await peer.send(dataFrame(stream, bytes));
  };
  for (let stood: number | undefined; ;) {
    if (stood !== undefined && sent >= stood + 65_536) return stood;
    const stepped = step().then(() => false);
    if (stood === undefined && (await Promise.race([stepped, delay(100).then(() => true)]))) {
      stood = sent;
      onStand();
    }
    if (stood === undefined && sent > 20 * mebi) return sent;
    await stepped;
  }
}

const shapes: readonly CaseDefinition[] = [
  {
    id: "h2.padding-continuation",
    title: "padding is no content, and a head may come in pieces",
    spec: "RFC 9113 6.1, 6.2 and 6.10",
    run: (context) =>
      expectBody(context, "hello", (stream) => [
        frame(frameTypes.headers, padded, stream, toBytes("\x03", headBlock.slice(0, 5), "\0\0\0")),
        frame(frameTypes.continuation, 0, stream, headBlock.slice(5, 9)),
        frame(frameTypes.continuation, endHeaders, stream, headBlock.slice(9)),
        frame(frameTypes.data, padded, stream, toBytes("\x04", "hel", "\0\0\0\0")),
        frame(frameTypes.data, padded | endStream, stream, toBytes("\x00", "lo")),
      ]),
  },
  {
    id: "h2.empty-data",
    title: "DATA frames without content deliver nothing, and may end the stream",
    spec: "contract 3: bytes is not empty; RFC 9113 6.1",
    run: (context) =>
      expectBody(context, "hello", (stream) => [
        headFrame(stream),
        dataFrame(stream, ""),
        dataFrame(stream, "hello"),
        dataFrame(stream, ""),
        dataFrame(stream, "", true),
      ]),
  },
  {
    id: "h2.head-only",
    title: "END_STREAM on the head is the end",
    spec: "RFC 9113 8.1",
    run: (context) => expectBody(context, "", (stream) => [headFrame(stream, "", endStream)]),
  },
  {
    id: "h2.informational",
    title: "a 103 is not the head",
    spec: "RFC 9113 8.1; RFC 8297",
    run: (context) =>
      expectBody(context, "hello", (stream) => [
        frame(frameTypes.headers, endHeaders, stream, "\x08\x03103"),
        headFrame(stream),
        dataFrame(stream, "hello", true),
      ]),
  },
  {
    id: "h2.unknown-frame",
    title: "frames of unknown types are passed over",
    spec: "RFC 9113 4.1 and 5.5",
    run: (context) =>
      expectBody(context, "hello", (stream) => [
        frame(0xbb, 0xff, 0, "what"),
        headFrame(stream),
        frame(0xbb, 0, stream, "is this"),
        dataFrame(stream, "hello", true),
      ]),
  },
  {
    id: "h2.data-mismatch",
    title: "less or more DATA than Content-Length says is `protocol`",
    spec: "contract 7, row 5; RFC 9113 8.1.1",
    async run(context) {
      await expectMismatch(context, 10, "seven b");
      await expectMismatch(context, 3, "seven b");
    },
  },
  {
    id: "h2.not-http2",
    title: "a server that agrees on h2 and then speaks HTTP/1.1 is `protocol`",
    spec: "contract 7, row 5: not HTTP; RFC 9113 3.4",
    async run(context) {
      const { server: pair } = await certificates();
      const server = await context.serve(
        async (connection) => {
          await connection.read(24);
          await connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        },
        { tls: { ...pair, ALPNProtocols: ["h2"] } },
      );
      await context.send(server.url(), { transport: await overHttp2(context) }).fails("protocol");
    },
  },
];

const control: readonly CaseDefinition[] = [
  {
    id: "h2.ping",
    title: "a PING is answered with its own payload while the sink holds back",
    spec: "RFC 9113 6.7",
    async run(context) {
      const gate = createGate();
      let answer: unknown;
      const server = await serveFrames(context, async (peer, stream) => {
        await peer.send(headFrame(stream), dataFrame(stream, "hello"));
        await exchange.received(5);
        const last = (await peer.ping()).at(-1);
        answer = [last?.flags, last?.payload.toString("latin1")];
        gate.open();
        await peer.send(dataFrame(stream, "!", true));
      });
      const exchange = context.send(server.url(), { transport: await overHttp2(context), onBody: () => gate.opened });
      await exchange.ends("hello!");
      expectEqual("flags and payload of the answer", answer, [ack, "headrace"]);
    },
  },
  {
    id: "h2.max-concurrent",
    title: "where the server allows one stream at a time a second request waits, or goes elsewhere",
    spec: "RFC 9113 5.1.2",
    async run(context) {
      const asked = createGate();
      const first = async (peer: Http2Peer, stream: number): Promise<void> => {
        await peer.send(headFrame(stream), dataFrame(stream, "hello"));
        await asked.opened;
        const streams = (await peer.ping()).filter(({ type }) => type === frameTypes.headers);
        expectEqual("streams opened beside the first", streams.length, 0);
        await peer.send(dataFrame(stream, "!", true));
      };
      let count = 0;
      const server = await serveFrames(
        context,
        (peer, stream) =>
          ++count === 1 ? first(peer, stream) : peer.send(headFrame(stream), dataFrame(stream, "second", true)),
        { maxConcurrentStreams: 1 },
      );
      const transport = await overHttp2(context);
      const one = context.send(server.url(), { transport });
      await one.received(5);
      const two = context.send(server.url(), { transport });
      asked.open();
      await one.ends("hello!");
      await two.ends("second");
    },
  },
  {
    id: "h2.flow-control",
    title: "a sink that holds back closes the window, and opens it again",
    needs: ["backpressure"],
    spec: "contract 3; RFC 9113 5.2 and 6.9",
    async run(context) {
      const gate = createGate();
      let before = 0;
      const server = await serveFrames(context, async (peer, stream) => {
        await peer.send(headFrame(stream));
        before = await fillWindow(context, [peer, stream], gate.open);
        gate.open();
        await peer.send(dataFrame(stream, "", true));
      });
      const transport = await overHttp2(context);
      const exchange = context.send(server.url(), { transport, pattern: true, onBody: () => gate.opened });
      await exchange.ends();
      expectThat(before < 16 * mebi, "less than 16 MiB of DATA before the window closed", before);
      expectEqual("index of the first wrong byte", exchange.recording.firstDifference, -1);
    },
  },
];

/** What frames may look like, and those that steer: RFC 9113, in frames by hand. */
export const http2WireCases: readonly ConformanceCase[] = defineHttp2Cases([...shapes, ...control]);
