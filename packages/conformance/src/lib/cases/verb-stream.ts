import type { ServerSentEvent } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { createGate } from "./gate.ts";
import { respond } from "./respond.ts";
import { readAll, verbsOf } from "./verb-calls.ts";

const closing = "the client to close the connection";

const definitions: readonly CaseDefinition[] = [
  {
    id: "verb.events",
    title: "events cut at every byte arrive whole, with type, data and IDs",
    spec: "WHATWG HTML 9.2.6; contract 3: lent bytes",
    async run(context) {
      const text = "\ufeffevent: a\nid: 1\ndata: é😀\n\n: comment\n\ndata: x\ndata:y\r\n\r\nid\ndata\n\n";
      const bytes = new TextEncoder().encode(text);
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        await connection.sendEach(chunk(bytes.subarray(0, 9)), chunk(bytes.subarray(9)), lastChunk);
      });
      const events: ServerSentEvent[] = [];
      for await (const event of await verbsOf(context).open(server.url())) events.push({ ...event });
      expectEqual("the events", events, [
        { type: "a", data: "é😀", lastEventId: "1", id: "1" },
        { type: "message", data: "x\ny", lastEventId: "1", id: undefined },
        { type: "message", data: "", lastEventId: "", id: "" },
      ]);
    },
  },
  ...(["open", "forEach"] as const).map((verb) => ({
    id: verb === "open" ? "verb.each-event-open" : "verb.each-event-for-each",
    title: `with ${verb === "open" ? "openEventStream" : "forEachEvent"} 100 events in lock-step each arrive before the next is sent`,
    spec: "core README, Events: as each event's last byte arrives",
    async run(context: CaseContext) {
      let received = 0;
      let gate = createGate();
      const take = (): void => {
        received++;
        gate.open();
      };
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (let count = 1; count <= 100; count++) {
          gate = createGate();
          await connection.send(chunk(`data: ${count}\n\n`));
          await context.within(500, gate.opened, `event ${count} at the reader`);
        }
        await connection.send(lastChunk);
      });
      const verbs = verbsOf(context);
      if (verb === "open") for await (const _event of await verbs.open(server.url())) take();
      else await verbs.forEach(server.url(), {}, take);
      expectEqual("the number of events", received, 100);
    },
  })),
  {
    id: "verb.slow-consumer",
    title: "one event taken of 256 MiB: the server comes to a stand under 16 MiB",
    needs: ["backpressure"],
    spec: "contract 3: while a promise is pending the socket is not read",
    async run(context) {
      const gate = createGate();
      const block = `data: ${"x".repeat(1000)}\n\n`.repeat(64);
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(ok());
        const limit = 16 * 1_048_576;
        while (connection.bytesAccepted < limit) {
          const taken = connection.send(block).then(() => true);
          if (!(await Promise.race([taken, context.delay(250).then(() => false)]))) break;
        }
        expectThat(
          connection.bytesAccepted < limit,
          "less than 16 MiB taken from the server",
          connection.bytesAccepted,
        );
        gate.open();
      });
      const stream = await verbsOf(context).open(server.url());
      for await (const _event of stream) {
        await gate.opened;
        break;
      }
      await context.within(1000, server.closedByClient(), closing);
    },
  },
  {
    id: "verb.promise-holds",
    title: "a promise from the callback holds the next event back, and none is lost",
    spec: "core README, Events: nothing more is delivered until a promise settles",
    async run(context) {
      const events = Array.from({ length: 300 }, (_, index) => `data: ${index}\n\n`);
      const server = await context.serve(respond(okChunked, ...events.map((event) => chunk(event)), lastChunk));
      let inside = 0;
      const seen: string[] = [];
      await verbsOf(context).forEach(server.url(), {}, async ({ data }) => {
        expectEqual("callbacks at once", ++inside, 1);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(data);
        inside--;
      });
      expectEqual("the data", seen.join(), Array.from({ length: 300 }, (_, index) => index).join());
    },
  },
  {
    id: "verb.large-event",
    title: "an event of 4 MiB in pieces of every size arrives whole",
    spec: "WHATWG HTML 9.2.6",
    async run(context) {
      const data = Buffer.from(patternBytes(0, 65_521)).toString("base64").repeat(48);
      const server = await context.serve(
        respond(okChunked, chunk(`data: ${data.slice(0, 777)}`), chunk(`${data.slice(777)}\n\n`), lastChunk),
      );
      const { data: read } = await readAll(await verbsOf(context).open(server.url()));
      expectThat(
        read.length === 1 && read[0] === data,
        "the one event",
        read.map(({ length }) => length),
      );
    },
  },
  {
    id: "verb.failure-never-read",
    title: "a stream that fails and is never read makes no unhandled rejection",
    spec: "core README, Errors",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("data: 1\n\n"));
        connection.fin();
      });
      await verbsOf(context).open(server.url());
      await context.within(1000, server.closedByClient(), closing);
      await context.delay(20);
    },
  },
];

/** `openEventStream` and `forEachEvent` over this transport. */
export const verbStreamCases: readonly ConformanceCase[] = defineCases(
  "verb",
  definitions.map((definition) => ({ scope: "verb" as const, ...definition })),
);
