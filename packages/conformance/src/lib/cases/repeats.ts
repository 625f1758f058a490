import { setImmediate as macrotask } from "node:timers/promises";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";

/** Methods that are not safe (RFC 9110 section 9.2.1), three of them idempotent; one is nobody's. */
const unsafeMethods = ["POST", "PUT", "PATCH", "DELETE", "REPORT"] as const;

/** What is never sent again: contract 2, it repeats nothing. */
export const repeatCases: readonly ConformanceCase[] = defineCases("conc", [
  {
    id: "conc.unsafe-never-twice",
    title: "no unsafe method is sent again on a kept connection that dies unanswered, an idempotent one neither",
    spec: "contract 2: an unsafe request goes out once; RFC 9110 9.2.1 and 9.2.2",
    async run({ serve, send }) {
      for (const method of unsafeMethods) {
        for (const how of ["fin", "rst"] as const) {
          const server = await serve(async (connection) => {
            for (;;) {
              const request = await connection.request();
              if (request.method === method) return connection[how]();
              await connection.send(ok("Content-Length: 2"), "ok");
            }
          });
          await send(server.url()).ends("ok");
          await macrotask();
          await send(server.url(), { method, ...(method === "DELETE" ? {} : { body: "x" }) }).fails("reset");
          const count = server.requests.filter((request) => request.method === method).length;
          expectEqual(`how often the server saw ${method}`, count, 1);
        }
      }
    },
  },
  {
    id: "conc.fresh-unsafe-once",
    title: "no unsafe method is sent again on a fresh connection that dies unanswered",
    spec: "contract 2: an unsafe request goes out once",
    async run({ serve, send }) {
      for (const method of unsafeMethods) {
        const server = await serve(async (connection) => {
          await connection.request();
          connection.fin();
        });
        await send(server.url(), { method, ...(method === "DELETE" ? {} : { body: "x" }) }).fails("reset");
        expectEqual(`how often the server saw ${method}`, server.requests.length, 1);
      }
    },
  },
  {
    id: "conc.get-once-after-a-byte",
    title: "a GET on a kept connection that dies in the response head is not sent again",
    spec: "contract 2: only before the first byte of the response",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          if (target !== "/half") await connection.send(ok("Content-Length: 2"), "ok");
          else {
            await connection.send("HTTP/1.1 200 OK\r\nX-A: ");
            return connection.fin();
          }
        }
      });
      await send(server.url()).ends("ok");
      await macrotask();
      await send(server.url("/half")).fails("reset");
      const count = server.requests.filter(({ target }) => target === "/half").length;
      expectEqual("the number of GETs at the server", count, 1);
    },
  },
]);
