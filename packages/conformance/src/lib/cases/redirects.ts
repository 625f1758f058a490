import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { head } from "../http-text.ts";
import { respond } from "./respond.ts";

function moved(status: number, location: string): string {
  return `${head(`${status} Moved`, `Location: ${location}`, "Content-Length: 5")}moved`;
}

/** A transport follows nothing: contract 2 and 6. */
export const redirectCases: readonly ConformanceCase[] = defineCases("redir", [
  {
    id: "redir.none",
    title: "to a transport a 3xx with a Location is a head like any other, its body delivered",
    needs: ["manualRedirects"],
    spec: "contract 2: one hop",
    async run({ serve, send }) {
      for (const status of [300, 301, 302, 303, 305, 307, 308]) {
        for (const method of ["GET", "POST"]) {
          const server = await serve(respond(moved(status, "/target")));
          const exchange = send(server.url("/start"), { method, ...(method === "POST" && { body: "x" }) });
          await exchange.ends("moved");
          const received = await exchange.head();
          expectEqual("status and Location", [received.status, received.headers.get("location")], [status, "/target"]);
          expectEqual("the number of requests", server.requests.length, 1);
        }
      }
    },
  },
  {
    id: "redir.other-schemes",
    title: "to a transport a Location of another scheme is only text",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run({ serve, send }) {
      for (const location of ["file:///etc/hostname", "ftp://127.0.0.1/", "javascript:1", "data:,x", "//", ""]) {
        const server = await serve(respond(moved(302, location)));
        const exchange = send(server.url());
        await exchange.ends("moved");
        expectEqual("Location", (await exchange.head()).headers.get("location"), location);
      }
    },
  },
]);
