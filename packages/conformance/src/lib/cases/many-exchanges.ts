import { readdirSync } from "node:fs";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { respond } from "./respond.ts";

/** Exchanges in number: contract 2, safe to call concurrently. */
export const manyExchangesCases: readonly ConformanceCase[] = defineCases("conc", [
  {
    id: "conc.100",
    title: "100 open streams, their chunks interleaved, each get their own bytes only",
    spec: "contract 2: safe to call concurrently",
    async run({ serve, send }) {
      const streams = 100;
      const rounds = 5;
      const server = await serve(async (connection) => {
        const { target } = await connection.request();
        await connection.send(okChunked);
        for (let round = 0; round < rounds; round++) {
          await connection.send(chunk(`${target}-${round};`));
          // Nobody goes on to the next round before all have had this one.
          await Promise.all(
            exchanges.map((exchange, index) => exchange.received((`/${index}`.length + 3) * (round + 1))),
          );
        }
        await connection.send(lastChunk);
      });
      const exchanges = Array.from({ length: streams }, (_, index) => send(server.url(`/${index}`)));
      for (const [index, exchange] of exchanges.entries()) {
        await exchange.ends(Array.from({ length: rounds }, (_, round) => `/${index}-${round};`).join(""));
      }
    },
  },
  {
    id: "conc.1000-open",
    title: "1,000 idle streams are open at once, and the event loop goes on turning within 100 ms",
    level: "should",
    spec: "contract 2: safe to call concurrently",
    async run({ serve, send, ms, delay }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("x"));
      });
      const exchanges = Array.from({ length: 1000 }, () => send(server.url()));
      await Promise.all(exchanges.map((exchange) => exchange.received(1)));
      let longest = 0;
      for (let turn = 0, last = performance.now(); turn < 10; turn++) {
        await delay(5);
        const now = performance.now();
        longest = Math.max(longest, now - last - ms(5));
        last = now;
      }
      for (const exchange of exchanges) exchange.abort("enough");
      await Promise.all(exchanges.map((exchange) => exchange.rejectsWith("enough")));
      expectThat(longest < ms(100), `the event loop held up for less than ${ms(100)} ms`, longest);
    },
  },
  {
    id: "conc.many-transports",
    title: "1,000 transports that are never closed leave the number of descriptors as it was",
    needs: ["machine:descriptors"],
    spec: "contract 1",
    async run({ create }) {
      create();
      const before = readdirSync("/dev/fd").length;
      for (let count = 0; count < 1000; count++) create();
      const more = readdirSync("/dev/fd").length - before;
      expectThat(more < 20, "fewer than 20 more descriptors", more);
    },
  },
  {
    id: "conc.back-in-pool",
    title: "where connections are kept, one is back in its pool when send settles: the next request uses it",
    level: "should",
    spec: "contract 3: at least one macrotask after the stack's own end",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 2"), "ok"));
      for (let count = 0; count < 10; count++) await send(server.url()).ends("ok");
      expectOneOf("connections for 10 exchanges", server.connections.length, [1, 10]);
    },
  },
  {
    id: "conc.no-content-keeps",
    title: "what follows a 204, 205 or 304 is the next response, if the connection is used again",
    spec: "contract 2: their end is the head",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          if (target === "/next") await connection.send(ok("Content-Length: 4"), "next");
          else await connection.send(`HTTP/1.1 ${target.slice(1)} Nothing\r\n\r\n`);
        }
      });
      for (const status of [204, 205, 304]) {
        await send(server.url(`/${status}`)).ends("");
        await send(server.url("/next")).ends("next");
      }
      expectEqual("the number of requests", server.requests.length, 6);
    },
  },
]);
