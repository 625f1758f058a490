import { setImmediate as macrotask } from "node:timers/promises";
import type { HeadraceErrorCode } from "@headrace/core";
import type { CaseContext, SendInit } from "../case-context.ts";
import type { CaseDefinition, ConformanceCase } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { createGate } from "./gate.ts";
import {
  type Answer,
  dataFrame,
  frameTypes,
  goawayFrame,
  headFrame,
  type Http2Peer,
  rstFrame,
  serveFrames,
} from "./h2-frames.ts";
import { defineHttp2Cases, overHttp2 } from "./http2.ts";

const codes = { noError: 0, protocolError: 1, internalError: 2, refusedStream: 7, cancel: 8 } as const;

const mebi = 1_048_576;

/** A body of `hello` that is then broken off. */
async function expectBroken(context: CaseContext, breakOff: Answer, code: HeadraceErrorCode): Promise<void> {
  const server = await serveFrames(context, async (peer, stream) => {
    await peer.send(headFrame(stream), dataFrame(stream, "hello"));
    await exchange.received(5);
    await breakOff(peer, stream);
  });
  const exchange = context.send(server.url(), { transport: await overHttp2(context) });
  await exchange.fails(code);
  expectEqual("the body", exchange.text, "hello");
}

/** An answer that never has a head: `reset`, phase `head`. Gives how often the request was sent. */
async function expectLostBeforeHead(context: CaseContext, answer: Answer, init: SendInit = {}): Promise<number> {
  let streams = 0;
  const server = await serveFrames(context, async (peer, stream) => {
    streams++;
    await answer(peer, stream);
  });
  const exchange = context.send(server.url(), { transport: await overHttp2(context), ...init });
  expectEqual("the phase (`body` where an error names none)", (await exchange.fails("reset")).phase, "head");
  return streams;
}

/** The first request is not processed, the second is. Says which of the allowed answers came. */
async function expectRepeatedOrReset(context: CaseContext, refuse: Answer): Promise<string> {
  let streams = 0;
  const server = await serveFrames(context, async (peer, stream) => {
    if (++streams === 1) return refuse(peer, stream);
    await peer.send(headFrame(stream), dataFrame(stream, "hello", true));
  });
  const exchange = context.send(server.url(), { transport: await overHttp2(context) });
  const { ended } = await exchange.settles();
  if (!ended)
    expectEqual("the phase (`body` where an error names none)", (await exchange.fails("reset")).phase, "head");
  expectEqual("the number of streams", streams, ended ? 2 : 1);
  return ended ? "repeated once" : "reset";
}

const finAfter =
  (...frames: readonly Uint8Array[]): Answer =>
  async ({ connection }) => {
    await connection.send(...frames);
    connection.fin();
  };

const post: SendInit = { method: "POST", body: "x" };

const resets: readonly CaseDefinition[] = [
  ...(["noError", "internalError", "cancel"] as const).map((name) => {
    const spoken = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return {
      id: `h2.reset-${spoken}`,
      title: `RST_STREAM(${spoken.toUpperCase().replace("-", "_")}) without END_STREAM is \`reset\`, not an end`,
      needs: ["endProof:http2"] as const,
      spec: "contract 2; contract 7, row 7",
      run: (context: CaseContext) =>
        expectBroken(context, (peer, stream) => peer.send(rstFrame(stream, codes[name])), "reset"),
    };
  }),
  {
    id: "h2.reset-sibling",
    title: "RST_STREAM(INTERNAL_ERROR) in the middle of a body is `reset`; a sibling stream lives on",
    spec: "contract 7, row 7; RFC 9113 5.4.2",
    async run(context) {
      const asked: [Http2Peer, number][] = [];
      const server = await serveFrames(context, async (peer, stream) => {
        asked.push([peer, stream]);
        await peer.send(headFrame(stream), dataFrame(stream, "hello"));
      });
      const transport = await overHttp2(context);
      const broken = context.send(server.url(), { transport });
      await broken.received(5);
      const lasting = context.send(server.url(), { transport });
      await lasting.received(5);
      const [[first, lost] = [], [second, kept] = []] = asked;
      await first?.send(rstFrame(lost ?? 0, codes.internalError));
      await broken.fails("reset");
      await second?.send(dataFrame(kept ?? 0, "!", true));
      await lasting.ends("hello!");
    },
  },
  {
    id: "h2.reset-before-head",
    title: "RST_STREAM of any code instead of a head is `reset`, phase `head`",
    spec: "contract 7, row 6",
    async run(context) {
      for (const code of [codes.noError, codes.internalError, codes.cancel])
        await expectLostBeforeHead(context, (peer, stream) => peer.send(rstFrame(stream, code)));
    },
  },
  {
    id: "h2.reset-after-end",
    title: "RST_STREAM(NO_ERROR) after END_STREAM changes nothing",
    spec: "RFC 9113 8.1",
    async run(context) {
      const server = await serveFrames(context, (peer, stream) =>
        peer.send(headFrame(stream), dataFrame(stream, "hello", true), rstFrame(stream, codes.noError)),
      );
      await context.send(server.url(), { transport: await overHttp2(context) }).ends("hello");
    },
  },
  {
    id: "h2.early-response",
    title: "a whole response, then RST_STREAM(NO_ERROR), is an end although the upload is not over",
    spec: "RFC 9113 8.1: clients must not discard responses as a result",
    async run(context) {
      const server = await serveFrames(context, (peer, stream) =>
        peer.send(headFrame(stream), dataFrame(stream, "hello", true), rstFrame(stream, codes.noError)),
      );
      const body = new Uint8Array(mebi);
      const transport = await overHttp2(context);
      await context.send(server.url(), { transport, method: "POST", body }).ends("hello");
    },
  },
  {
    id: "h2.refused-stream",
    title: "REFUSED_STREAM before the head is `reset` in phase `head`, or repeated at most once",
    spec: "contract 2; contract 7, row 6",
    async run(context) {
      const refuse: Answer = (peer, stream) => peer.send(rstFrame(stream, codes.refusedStream));
      const streams = await expectLostBeforeHead(context, refuse);
      expectThat(streams <= 2, "at most two streams", streams);
    },
  },
  {
    id: "h2.refused-post",
    title: "a POST that was refused by REFUSED_STREAM is not sent again",
    spec: "contract 2: an unsafe request goes out once, whatever happens",
    async run(context) {
      const refuse: Answer = (peer, stream) => peer.send(rstFrame(stream, codes.refusedStream));
      expectEqual("the number of streams", await expectLostBeforeHead(context, refuse, post), 1);
    },
  },
  {
    id: "h2.refused-once",
    title: "a GET that was refused once is repeated, or `reset`",
    level: "may",
    spec: "contract 2; RFC 9113 8.7",
    run: (context) =>
      expectRepeatedOrReset(context, (peer, stream) => peer.send(rstFrame(stream, codes.refusedStream))),
  },
];

const aborts: readonly CaseDefinition[] = [
  {
    id: "h2.abort-alone",
    title: "an abort of the only stream is told to the server at once, by RST_STREAM or the end of the connection",
    spec: "contract 2; RFC 9113 5.4.2",
    async run(context) {
      const told = createGate();
      const server = await serveFrames(context, async (peer, stream) => {
        await peer.send(headFrame(stream), dataFrame(stream, "hello"));
        await peer.until(frameTypes.rstStream).finally(told.open);
      });
      const exchange = context.send(server.url(), { transport: await overHttp2(context) });
      await exchange.received(5);
      exchange.abort("enough");
      await exchange.rejectsWith("enough");
      await context.within(1000, told.opened, "RST_STREAM or the end of the connection");
    },
  },
  {
    id: "h2.abort-reset",
    title: "an abort is an RST_STREAM, with CANCEL",
    level: "should",
    spec: "RFC 9113 5.4.2 and 7",
    async run(context) {
      const told = createGate();
      let code: number | undefined;
      const server = await serveFrames(context, async (peer, stream) => {
        await peer.send(headFrame(stream), dataFrame(stream, "hello"));
        const read = peer.until(frameTypes.rstStream).finally(told.open);
        code = (await read).at(-1)?.payload.readUInt32BE(0);
      });
      const exchange = context.send(server.url(), { transport: await overHttp2(context) });
      await exchange.received(5);
      exchange.abort("enough");
      await exchange.rejectsWith("enough");
      await context.within(1000, told.opened, "an RST_STREAM");
      await macrotask();
      expectEqual("the code", code, codes.cancel);
    },
  },
];

const losses: readonly CaseDefinition[] = [
  {
    id: "h2.connection-lost",
    title: "the loss of the connection in the middle of a body is `truncated`",
    spec: "contract 7, row 8",
    run: (context) => expectBroken(context, finAfter(), "truncated"),
  },
  {
    id: "h2.connection-lost-before-head",
    title: "the loss of the connection before the head is `reset`, phase `head`",
    spec: "contract 7, row 6",
    async run(context) {
      expectEqual("the number of streams", await expectLostBeforeHead(context, finAfter(), post), 1);
    },
  },
  {
    id: "h2.goaway",
    title: "GOAWAY(PROTOCOL_ERROR) and the end of the connection in the middle of a body is `truncated`",
    spec: "contract 7, row 8",
    run: (context) => expectBroken(context, finAfter(goawayFrame(0, codes.protocolError)), "truncated"),
  },
  {
    id: "h2.goaway-before-head",
    title: "GOAWAY(INTERNAL_ERROR) and the end of the connection before the head is `reset`, phase `head`",
    spec: "contract 7, row 6",
    async run(context) {
      const streams = await expectLostBeforeHead(context, finAfter(goawayFrame(0, codes.internalError)), post);
      expectEqual("the number of streams", streams, 1);
    },
  },
  {
    id: "h2.goaway-graceful",
    title: "after GOAWAY(NO_ERROR) a stream that was processed goes on to its end, and the next request goes elsewhere",
    spec: "RFC 9113 6.8",
    async run(context) {
      let old: Http2Peer | undefined;
      const server = await serveFrames(context, async (peer, stream) => {
        if (peer.connection.ordinal > 1) return peer.send(headFrame(stream), dataFrame(stream, "second", true));
        old = peer;
        await peer.send(headFrame(stream), dataFrame(stream, "hello"), goawayFrame(stream, codes.noError));
        await peer.ping();
        await context.send(server.url(), { transport }).ends("second");
        await peer.send(dataFrame(stream, "!", true));
      });
      const transport = await overHttp2(context);
      const first = context.send(server.url(), { transport });
      await first.ends("hello!");
      expectEqual("the connection of the first request", old?.connection.ordinal, 1);
    },
  },
  {
    id: "h2.goaway-unprocessed",
    title: "a GET that GOAWAY(NO_ERROR) leaves unprocessed is repeated once, or `reset`",
    level: "may",
    spec: "contract 2; RFC 9113 6.8",
    run: (context) => expectRepeatedOrReset(context, (peer) => peer.send(goawayFrame(0, codes.noError))),
  },
  {
    id: "h2.goaway-post",
    title: "a POST that GOAWAY(NO_ERROR) leaves unprocessed is `reset`, phase `head`, and not sent again",
    spec: "contract 2: an unsafe request goes out once, whatever happens; contract 7, row 6",
    async run(context) {
      const leave: Answer = (peer) => peer.send(goawayFrame(0, codes.noError));
      expectEqual("the number of streams", await expectLostBeforeHead(context, leave, post), 1);
    },
  },
];

/**
 * How streams and connections of HTTP/2 end: RFC 9113 sections 5.4, 6.4, 6.8 and 8.1, in frames by hand. A long table of
 * short cases: they share what a broken stream has to show.
 */
export const http2EndCases: readonly ConformanceCase[] = defineHttp2Cases([...resets, ...aborts, ...losses]);
