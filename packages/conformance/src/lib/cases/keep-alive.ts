import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";

const endings: Readonly<Record<string, readonly string[]>> = {
  "/upper": ["Connection: Close"],
  "/list": ["Connection: x-hop, CLOSE"],
  "/lines": ["Connection: x-hop", "connection: close"],
};

/** What follows on a connection that is used again: RFC 9112 section 9.3. */
export const keepAliveCases: readonly ConformanceCase[] = defineCases("conc", [
  {
    id: "conc.head-then-next",
    title: "what follows the response to HEAD is the next response, whatever length its fields named",
    spec: "RFC 9110 9.3.2; RFC 9112 6.3, rule 1; contract 2",
    async run({ serve, send }) {
      for (const field of ["Content-Length: 10", "Transfer-Encoding: chunked"]) {
        const server = await serve(async (connection) => {
          for (;;) {
            const { method } = await connection.request();
            if (method === "HEAD") await connection.send(ok(field));
            else await connection.send(ok("Content-Length: 4"), "next");
          }
        });
        await send(server.url(), { method: "HEAD" }).ends("");
        await send(server.url()).ends("next");
        expectEqual("the number of requests", server.requests.length, 2);
      }
    },
  },
  {
    id: "conc.close-option",
    title: "the option `close` ends a connection in any case, alone or in a list",
    spec: "RFC 9110 7.6.1; RFC 9112 9.6",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        const { target } = await connection.request();
        await connection.send(ok("Content-Length: 2", ...(endings[target] ?? [])), "ok");
        const next = await connection.request();
        throw new Error(`the connection was used again after ${target}, for ${next.target}`);
      });
      for (const target of Object.keys(endings)) await send(server.url(target)).ends("ok");
      await send(server.url("/last")).ends("ok");
    },
  },
]);
