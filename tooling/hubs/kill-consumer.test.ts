import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "./cursor-stores.ts";
import { type NumberServer, startNumberServer } from "./number-server.ts";
import { hasRedis, type RedisServer, startRedis } from "./redis-server.ts";
import { type TransportName, transportNames } from "./transports.ts";

// The quick run kills a few consumers, over one transport after the other. HEADRACE_SOAK=1 kills 50 over each.
const soak = process.env["HEADRACE_SOAK"] === "1";
const kills = soak ? 50 : 6;
const program = fileURLToPath(new URL("consumer.ts", import.meta.url));
const runs: [string, readonly TransportName[]][] = soak
  ? transportNames.map((name) => [name, [name]])
  : [["one transport after the other", transportNames]];

let server: NumberServer;
let redis: RedisServer | undefined;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headrace-kill-"));
  if (hasRedis) redis = await startRedis();
});
afterAll(async () => {
  await redis?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Life {
  transport: TransportName;
  kind: string;
  /** Where the program keeps what it has processed, and its cursor. */
  files: readonly [string, string];
}

/** When a life ends: as the program says `word` for the `th` time, there (`exactly`) or as soon as we have heard it. */
interface Death {
  word: string;
  th: number;
  exactly: boolean;
}

/** One life of the program; returns its exit status, 0 if it ended by itself. */
async function live({ transport, kind, files }: Life, death?: Death): Promise<number | null> {
  const flags = ["--conditions=@headrace/source", "--disable-warning=ExperimentalWarning"];
  const last = death?.exactly ? `${death.word} ${death.th}` : "";
  const child = spawn(process.execPath, [...flags, program, transport, server.url, kind, ...files, last], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  let said = 0;
  for await (const line of createInterface(child.stdout)) {
    if (death && line.startsWith(`${death.word} `) && ++said === death.th) child.kill("SIGKILL");
  }
  return ((await exit) as [number | null])[0];
}

function oneOf<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)]!;
}

/** Lives until it was killed so often, and once more until the stream ends; returns every number in the order processed. */
async function killed(kind: string, transports: readonly TransportName[], words: readonly string[]): Promise<number[]> {
  server = await startNumberServer();
  const name = join(folder, `${kind}-${transports.join("-")}`);
  const files = [`${name}.out`, kind === "redis" ? redis!.socket : `${name}.cursor`] as const;
  const life = (at: number): Life => ({ transport: transports[at % transports.length]!, kind, files });
  for (let kill = 0; kill < kills; kill++) {
    const death = { word: oneOf(words), th: 1 + Math.floor(Math.random() * 60), exactly: kill % 2 === 0 };
    expect(await live(life(kill), death)).not.toBe(0);
  }
  server.endWith(Math.max(0, ...processed(kind, files[0])) + 10);
  expect(await live(life(kills))).toBe(0);
  server.close();
  return processed(kind, files[0]);
}

function processed(kind: string, file: string): number[] {
  if (!existsSync(file)) return [];
  if (kind !== "transaction") return readFileSync(file, "utf8").trimEnd().split("\n").map(Number);
  const database = openDatabase(file);
  const rows = database.prepare("SELECT number FROM events ORDER BY rowid").all();
  database.close();
  return rows.map((row) => Number(row["number"]));
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

const lacking = hasRedis ? "" : " (no redis-server here)";

describe.each(["file", "sqlite", `redis${lacking}`])(`killed ${kills} times, its cursor in %s`, (kind) => {
  test.skipIf(kind.endsWith(lacking) && lacking !== "").each(runs)(
    "%s: no gap, and no more repeats than kills",
    { timeout: 600_000 },
    async (_, transports) => {
      const numbers = await killed(kind, transports, ["got", "kept", "storing", "stored"]);
      const distinct = [...new Set(numbers)];
      expect(distinct).toEqual(upTo(Math.max(...numbers)));
      const repeats = numbers.length - distinct.length;
      if (soak) console.log(kind, transports.join(), { kills, events: distinct.length, repeats });
      expect(repeats).toBeLessThanOrEqual(kills);
      // What is repeated is repeated at once: the event in hand, none before it.
      expect(numbers.every((number, at) => at === 0 || number - numbers[at - 1]! <= 1)).toBe(true);
      expect(numbers.every((number, at) => at === 0 || number >= numbers[at - 1]!)).toBe(true);
    },
  );
});

describe(`killed ${kills} times, its cursor in one transaction with its data`, () => {
  test.each(runs)("%s: each event exactly once", { timeout: 600_000 }, async (_, transports) => {
    const numbers = await killed("transaction", transports, ["got", "storing", "stored"]);
    if (soak) console.log("transaction", transports.join(), { kills, events: numbers.length });
    expect(numbers).toEqual(upTo(numbers.length));
  });
});
