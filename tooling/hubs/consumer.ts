import { appendFileSync, writeSync } from "node:fs";
import { type CursorStore, subscribe } from "@headrace/core";
import type { Transport } from "@headrace/core/transport";
import { openDatabase, openStore, type StoreName } from "./cursor-stores.ts";
import { createTransport, type TransportName } from "./transports.ts";

// A whole program, as a user would write it, run and killed by kill-consumer.test.ts. What it has processed is in
// `output`; on standard output it says where it is.

const [, , transportName, url = "", kind, output = "", place = "", death = ""] = process.argv;
const transport = await createTransport(transportName as TransportName);
const retry = { delay: 5, minDelay: 5, maxDelay: 5 };
let saidTimes = 0;

/** Says a word of an event; dies right after it where `death` is that word and how often it has been said: "kept 12". */
function say(word: string, number: string): void {
  writeSync(1, `${word} ${number}\n`);
  if (death.startsWith(`${word} `) && death === `${word} ${++saidTimes}`) process.kill(process.pid, "SIGKILL");
}

if (kind === "transaction") await consumeInTransactions(transport);
else await consume(transport, await openStore(kind as StoreName, place));
process.exit();

/** At least once: the cursor follows the data. */
async function consume(transport: Transport, store: CursorStore): Promise<void> {
  const told: CursorStore = {
    get: (key) => store.get(key),
    async set(key, cursor) {
      say("storing", cursor);
      await store.set(key, cursor);
      say("stored", cursor);
    },
  };
  for await (const { data } of subscribe(url, { transport, retry, store: { store: told, key: output } })) {
    say("got", data);
    appendFileSync(output, `${data}\n`);
    say("kept", data);
  }
}

/** Exactly once: the cursor goes with the data. */
async function consumeInTransactions(transport: Transport): Promise<void> {
  const database = openDatabase(output);
  database.exec("CREATE TABLE IF NOT EXISTS events (number INTEGER)");
  database.exec("CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, cursor TEXT)");
  const insert = database.prepare("INSERT INTO events VALUES (?)");
  const move = database.prepare("REPLACE INTO cursors VALUES ('numbers', ?)");
  const stored = database.prepare("SELECT cursor FROM cursors").get()?.["cursor"];
  const lastEventId = typeof stored === "string" ? stored : "";
  const events = subscribe(url, { transport, retry, lastEventId, commit: "manual" });
  for await (const { data } of events) {
    say("got", data);
    database.exec("BEGIN");
    insert.run(Number(data));
    say("storing", data);
    move.run(events.cursor);
    database.exec("COMMIT");
    say("stored", data);
  }
}
