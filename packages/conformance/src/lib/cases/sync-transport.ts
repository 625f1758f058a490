import type { CaseContext } from "../case-context.ts";
import type { BlockingStep } from "../blocking-server.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, okChunked } from "../http-text.ts";
import { type BareCall, type BareInit, expectAllClosed, expectCode, hanging, sendSync } from "./sync-calls.ts";

interface Thrown {
  readonly name: string;
  readonly title: string;
  readonly init: () => BareInit;
  readonly check?: (call: BareCall) => void;
}

const mine = new Error("enough");

const fail = (): never => {
  throw mine;
};

/** A case in which `sendSync` must throw the very value `mine`, its connection closed. */
function throws({ name, title, init, check = () => {} }: Thrown): CaseDefinition {
  return {
    id: `sync.${name}`,
    title,
    spec: "contract 3 and 4",
    async run(context: CaseContext) {
      const server = await context.serveBlocking([...hanging, ["marks", 1], ["send", chunk("data: 2\n\n")]]);
      const { onBody, ...given } = init();
      const taken = (): void | Promise<void> => {
        server.mark();
        return onBody?.();
      };
      const call = sendSync(context, server.origin, { ...given, onBody: taken });
      expectThat(call.hasThrown && call.thrown === mine, "the very value to be thrown", call.thrown);
      check(call);
      await expectAllClosed(server);
    },
  };
}

const bodies = ({ calls }: BareCall): number => calls.filter((name) => name === "body").length;

/** A chunk and a wait for the client to have taken it, so often. */
function inLockStep(count: number): BlockingStep[] {
  const step = (index: number): BlockingStep[] => [
    ["send", chunk("x")],
    ["marks", index + 1],
  ];
  return [["request"], ["send", okChunked], ...Array.from({ length: count }, (_, index) => step(index)).flat()];
}

const definitions: readonly CaseDefinition[] = [
  throws({
    name: "next-wait",
    title: "what nextWait throws is what sendSync throws, the connection closed",
    init() {
      let pieces = 0;
      return { onBody: () => void pieces++, nextWait: (before) => (pieces > 0 && before > 2 ? fail() : 20) };
    },
    check: (call) => expectEqual("whether the body was delivered before", bodies(call) > 0, true),
  }),
  throws({
    name: "next-wait-first",
    title: "nextWait is asked before the first wait: what it throws then is thrown before the sink is called",
    init: () => ({ nextWait: fail }),
    check: ({ calls }) => expectEqual("the calls", calls, ["wait"]),
  }),
  throws({
    name: "sink-throws",
    title: "what the sink throws is what sendSync throws, the connection closed",
    init: () => ({ onBody: fail }),
  }),
  throws({
    name: "sink-aborts",
    title: "an abort inside the sink is thrown as its reason when that call returns",
    init() {
      const controller = new AbortController();
      let calls = 0;
      const onBody = (): void => {
        if (calls++ > 0) throw new Error("body() was called after the abort");
        controller.abort(mine);
      };
      return { signal: controller.signal, onBody };
    },
    check: (call) => expectEqual("the number of calls of body()", bodies(call), 1),
  }),
  {
    id: "sync.sink-promise",
    title: "a promise from the sink is `invalid-argument`, the connection closed",
    spec: "contract 4",
    async run(context) {
      const server = await context.serveBlocking([...hanging, ["marks", 1], ["send", lastChunk]]);
      const { thrown } = sendSync(context, server.origin, { onBody: async () => server.mark() });
      expectCode(thrown, "invalid-argument");
      await expectAllClosed(server);
    },
  },
  {
    id: "sync.sink-returns",
    title: "what the sink returns that is no promise is ignored",
    spec: "contract 4: a promise is what is refused",
    async run(context) {
      const server = await context.serveBlocking([...inLockStep(2), ["send", lastChunk]]);
      const onBody = (): undefined => (server.mark(), true) as unknown as undefined;
      const { calls, thrown } = sendSync(context, server.origin, { onBody });
      expectEqual("what was thrown", thrown, undefined);
      expectEqual("the pieces", calls.filter((name) => name === "body").length, 2);
    },
  },
  {
    id: "sync.next-wait-between",
    title: "nextWait is asked while pieces come one after the other",
    spec: "contract 4: before every wait and after every wake-up",
    async run(context) {
      const server = await context.serveBlocking([...inLockStep(10), ["send", lastChunk]]);
      const { calls, thrown } = sendSync(context, server.origin, { onBody: () => server.mark() });
      expectEqual("what was thrown", thrown, undefined);
      expectEqual("the pieces", calls.filter((name) => name === "body").length, 10);
      // The next piece may be there before the transport would have to wait for it.
      const unasked = calls.filter((name, index) => name === "body" && calls[index + 1] === "body").length;
      expectThat(unasked < 5, "nextWait to be asked after most of the pieces", `not asked after ${unasked} of 10`);
    },
  },
  {
    id: "sync.next-wait-kept",
    title: "no wait is longer than nextWait allows",
    spec: "contract 4: how many ms the transport may block",
    async run(context) {
      const server = await context.serveBlocking(hanging);
      const allowed = 25;
      const limit = allowed + context.ms(250);
      let last = performance.now();
      const nextWait = (before: number): number => {
        const waited = performance.now() - last;
        last += waited;
        return before > 8 || waited > limit ? fail() : allowed;
      };
      const { longestWait } = sendSync(context, server.origin, { nextWait });
      expectThat(longestWait <= limit, `at most ${limit} ms between two questions`, longestWait);
      await expectAllClosed(server);
    },
  },
];

/** `sendSync` itself, without core: contract 4. */
export const syncTransportCases: readonly ConformanceCase[] = defineCases(
  "sync",
  definitions.map((definition) => ({ needs: ["sync"] as const, ...definition })),
);
