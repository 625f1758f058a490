import type { CallInit, WholeResponse } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type Bytes, head, ok } from "../http-text.ts";
import type { Script, ScriptedServer } from "../scripted-server.ts";
import { verbsOf } from "./verb-calls.ts";

/** An answer that is no redirect. */
export const arrived: string = `${ok("Content-Length: 7")}arrived`;

/** A script that answers by path; anything else has arrived. */
export function route(routes: Readonly<Record<string, Bytes>>): Script {
  return async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.send(routes[target] ?? arrived);
    }
  };
}

/** A redirect. */
export function moved(status: number, location: string): string {
  return `${head(`${status} Moved`, `Location: ${location}`, "Content-Length: 5")}moved`;
}

/** Calls `request` for `/start` of this server. */
export async function call(
  context: CaseContext,
  server: ScriptedServer,
  init: Omit<CallInit, "transport"> = {},
): Promise<WholeResponse> {
  return verbsOf(context).request(server.url("/start"), init);
}
