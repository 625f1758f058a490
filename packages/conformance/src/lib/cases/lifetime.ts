import { setImmediate as macrotask } from "node:timers/promises";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { respond } from "./respond.ts";

const okay = respond(ok("Content-Length: 2"), "ok");

/** Connections kept, used again and given up: contract 2. */
export const lifetimeCases: readonly ConformanceCase[] = defineCases("conc", [
  {
    id: "conc.interleaved",
    title: "30 streams at once each get their own bytes, in order",
    spec: "contract 2: safe to call concurrently",
    async run({ serve, send }) {
      const streams = 30;
      let waiting = 0;
      let release = (): void => {};
      const allThere = new Promise<void>((resolve) => (release = resolve));
      const server = await serve(async (connection) => {
        const { target } = await connection.request();
        await connection.send(okChunked);
        if (++waiting === streams) release();
        await allThere;
        for (let count = 0; count < 10; count++) await connection.send(chunk(`${target}-${count};`));
        await connection.send(lastChunk);
      });
      const exchanges = Array.from({ length: streams }, (_, index) => send(server.url(`/${index}`)));
      for (const [index, exchange] of exchanges.entries()) {
        await exchange.ends(Array.from({ length: 10 }, (_, count) => `/${index}-${count};`).join(""));
      }
    },
  },
  {
    id: "conc.no-this",
    title: "methods use no `this`: a spread of the transport is a transport",
    spec: "contract 1",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      const { ...copy } = create();
      await send(server.url(), { transport: copy }).ends("ok");
      const { close } = copy;
      await close();
    },
  },
  {
    id: "conc.keeps-connections",
    title: "how many connections five exchanges one after another take",
    level: "info",
    spec: "contract 3: back in its pool once send has settled",
    async run({ serve, send }) {
      const server = await serve(okay);
      for (let count = 0; count < 5; count++) await send(server.url()).ends("ok");
      return `${server.connections.length} for GETs`;
    },
  },
  {
    id: "conc.keeps-connections-post",
    title: "how many connections five POSTs one after another take",
    level: "info",
    spec: "contract 2: unsafe methods go out so that the stack cannot repeat them",
    async run({ serve, send }) {
      const server = await serve(okay);
      for (let count = 0; count < 5; count++) await send(server.url(), { method: "POST", body: "x" }).ends("ok");
      return `${server.connections.length} for POSTs`;
    },
  },
  {
    id: "conc.post-never-twice",
    title: "a POST on a kept connection that dies unanswered is not sent again",
    spec: "contract 2: nothing is repeated by the stack",
    async run({ serve, send }) {
      for (const how of ["fin", "rst"] as const) {
        const server = await serve(async (connection) => {
          for (;;) {
            const { method } = await connection.request();
            if (method === "POST") return connection[how]();
            await connection.send(ok("Content-Length: 2"), "ok");
          }
        });
        await send(server.url()).ends("ok");
        await macrotask();
        await send(server.url(), { method: "POST", body: "x" }).fails("reset");
        const posts = server.requests.filter(({ method }) => method === "POST");
        expectEqual("the number of POSTs at the server", posts.length, 1);
      }
    },
  },
  {
    id: "conc.get-at-most-twice",
    title: "a GET on a kept connection that dies unanswered is sent again at most once",
    spec: "contract 2: at most one repeat of a safe method",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          if (target === "/dies") return connection.rst();
          await connection.send(ok("Content-Length: 2"), "ok");
        }
      });
      await send(server.url()).ends("ok");
      await macrotask();
      await send(server.url("/dies")).fails("reset");
      const count = server.requests.filter(({ target }) => target === "/dies").length;
      expectOneOf("the number of GETs at the server", count, [1, 2]);
    },
  },
  {
    id: "conc.fresh-get-once",
    title: "a GET on a fresh connection that dies unanswered is not sent again",
    spec: "contract 2: only on a reused connection",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        connection.rst();
      });
      await send(server.url()).fails("reset");
      expectEqual("the number of requests", server.requests.length, 1);
    },
  },
  {
    id: "conc.stale-connection",
    title: "an exchange after the server has closed the kept connection is answered",
    spec: "contract 3: a connection is in its pool only as long as it lives",
    async run({ serve, send, delay }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok("Content-Length: 2"), "ok");
        await exchange.settles();
        connection.fin();
      });
      const exchange = send(server.url());
      await exchange.ends("ok");
      await delay(20);
      await send(server.url()).ends("ok");
    },
  },
  {
    id: "conc.no-reuse-after-break",
    title: "a connection is not used again after `Connection: close`, a bad chunk or an abort",
    spec: "RFC 9112 9.3 and 9.6",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (let count = 1; ; count++) {
          const { target } = await connection.request();
          if (count > 1) throw new Error(`the connection was used again, for ${target}`);
          if (target === "/close") await connection.send(ok("Content-Length: 2", "Connection: close"), "ok");
          else if (target === "/bad") await connection.send(okChunked, "zz\r\n");
          else await connection.send(okChunked, chunk("x"));
        }
      });
      await send(server.url("/close")).ends("ok");
      await send(server.url("/bad")).fails("protocol");
      for (let count = 0; count < 2; count++) {
        const aborted = send(server.url("/aborted"));
        await aborted.received(1);
        aborted.abort("enough");
        await aborted.rejectsWith("enough");
      }
    },
  },
]);
