import { type Bytes, ok } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";

/** A script that answers every request of a connection with these bytes and leaves the connection open. */
export function respond(...parts: readonly Bytes[]): Script {
  return async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(...parts);
    }
  };
}

/** A script that answers every request with a 200 of no content. */
export const respondEmpty: Script = respond(ok("Content-Length: 0"));
