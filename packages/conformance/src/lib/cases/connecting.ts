import { setTimeout as sleep } from "node:timers/promises";
import type { Transport } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { startUnansweringListener } from "../unanswering-listener.ts";
import { expectFailure, verbsOf } from "./verb-calls.ts";

/** Fails unless a connect limit of 300 ms is kept, to within 50 ms and what the machine adds to any timer. */
export async function expectConnectTimeout(
  { send, ms }: Pick<CaseContext, "send" | "ms">,
  url: string,
  transport?: Transport,
): Promise<void> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const timer = sleep(300).then(elapsed);
  const { phase } = await send(url, { connectTimeout: 300, ...(transport && { transport }) }).fails("timeout");
  const [at, timerAt] = [elapsed(), await timer];
  expectEqual("the phase (`body` where an error names none)", phase, "connect");
  const latest = Math.max(300, timerAt) + 50 + ms(200);
  expectThat(at >= 295 && at < latest, "300 ms, to within 50 ms and the load of the machine", at);
}

/** The URL of a server that never answers a SYN. */
async function unanswered({ otherServers }: CaseContext): Promise<string> {
  const listener = await startUnansweringListener();
  otherServers.push(listener);
  return `http://127.0.0.1:${listener.port}/`;
}

/** An abort while the connection is being opened. */
export const abortConnectingCases: readonly ConformanceCase[] = defineCases("abort", [
  {
    id: "abort.during-connect",
    title: "an abort while the SYN is unanswered rejects at once",
    needs: ["machine:unansweredConnects"],
    spec: "contract 2",
    async run(context) {
      const exchange = context.send(await unanswered(context));
      await context.delay(50);
      expectEqual("the outcome while the SYN is unanswered", exchange.outcome, undefined);
      const reason = new Error("mine");
      exchange.abort(reason);
      await context.within(250, exchange.settles(), "send() to reject");
      await exchange.rejectsWith(reason);
      await context.within(1000, context.transport().close(), "close() to resolve");
    },
  },
]);

/** The connect clock (contract 8): from opening a connection to the end of its TLS handshake. */
export const connectClockCases: readonly ConformanceCase[] = defineCases("time", [
  {
    id: "time.connect-timeout-unanswered",
    title: "a SYN that is not answered is `timeout` in phase `connect`, at the limit and not before",
    needs: ["connectTimeout", "machine:unansweredConnects"],
    spec: "contract 8",
    async run(context) {
      const url = await unanswered(context);
      await expectConnectTimeout(context, url);
    },
  },
  {
    id: "time.connect-timeout-long",
    title: "a connect limit over 2^31-1 ms does not run out at once",
    needs: ["connectTimeout"],
    spec: "contract 8: a delay over 2^31-1 ms is a chain",
    async run({ serve, send, delay }) {
      const server = await serve(async (connection) => {
        await connection.receivedBytes(1);
      });
      const exchange = send(server.url().replace("http:", "https:"), { connectTimeout: 2 ** 31 + 5 });
      await delay(100);
      expectEqual("the outcome after 100 ms", exchange.outcome, undefined);
      exchange.abort("enough");
      await exchange.rejectsWith("enough");
    },
  },
  {
    id: "time.connect-clock",
    title: "the verbs' connect clock is the transport's: `timeout` in phase `connect`",
    needs: ["connectTimeout"],
    scope: "verb",
    spec: "contract 8",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.receivedBytes(1);
      });
      const url = server.url().replace("http:", "https:");
      const call = expectFailure("timeout", verbsOf(context).open(url, { timeouts: { connect: 150 } }));
      const { phase } = await context.within(1500, call, "the connect clock to run out");
      expectEqual("the phase (`body` where an error names none)", phase, "connect");
    },
  },
]);
