import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate as macrotask } from "node:timers/promises";
import type { CaseContext } from "../case-context.ts";
import { expectEqual } from "../expect.ts";
import type { ScriptedServer } from "../scripted-server.ts";

/**
 * Fails unless nothing has connected to this server, which answers, by TCP. Connections are accepted in order: one that
 * was made in vain is there when one of our own is.
 */
export async function expectUnconnected(server: ScriptedServer): Promise<void> {
  const own = connect(server.port, "127.0.0.1");
  own.write("GET / HTTP/1.1\r\nHost: own\r\n\r\n");
  await once(own, "data");
  own.destroy();
  expectEqual("the number of connections", server.connections.length - 1, 0);
}

/**
 * Fails unless the server has got this many requests, and no more from the connections on which nothing but a
 * handshake may come: looks when those from the `kept`th on are closed, and so all that was sent on them has come.
 */
export async function expectRequests(
  { within }: Pick<CaseContext, "within">,
  server: ScriptedServer,
  { count = 0, kept = 0 }: { readonly count?: number; readonly kept?: number } = {},
): Promise<void> {
  const closed = server.connections.slice(kept).map((connection) => connection.gone);
  await within(1000, Promise.all(closed), "the connections without a request to be closed");
  await macrotask();
  expectEqual("the number of requests", server.requests.length, count);
}
