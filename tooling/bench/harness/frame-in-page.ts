import { eventsourceParser } from "../framers/eventsource-parser.ts";
import type { Framer } from "../framers/framer.ts";
import { headraceFramers } from "../framers/headrace.ts";
import { lastCharacterOf } from "../workloads/workload.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";
import { type FramerTally, runFramer } from "./run-framer.ts";

// This is loaded by a page of a browser too: nothing here, and nothing that it imports, may need Node.

/** Who runs in a page: ours, which has only the portable path there, and what it is compared with. */
export const pageFramers: readonly Framer[] = [...headraceFramers.slice(0, 1), eventsourceParser];

/** What a page knows of a job; what it took is measured from outside. */
type Delivered = Omit<ContestantResult, "cpu" | "wall" | "sinceFirst">;

const loaded = new Map<string, (job: ContestantJob) => Promise<Delivered>>();

/**
 * Does a job with one of {@link pageFramers}.
 *
 * @public called in the page, by tooling/browser/contestant-in-page.ts
 */
export async function runInPage(name: string, job: ContestantJob): Promise<Delivered> {
  const framer = pageFramers.find((each) => each.name === name);
  if (framer === undefined) throw new Error(`there is no contestant ${name} in a page`);
  const encoder = new TextEncoder();
  const run =
    loaded.get(name) ?? runFramer(await framer.load(), { encode: (text) => encoder.encode(text), tally: pageTally });
  loaded.set(name, run);
  return run(job);
}

function pageTally({ digest }: ContestantJob): FramerTally<Delivered> {
  let [events, dataLength, lastCharacters] = [0, 0, 0];
  const lines: string[] = [];
  const onEvent = (value: unknown): void => {
    events += 1;
    if (typeof value === "string") {
      dataLength += value.length;
      lastCharacters += lastCharacterOf(value);
    }
    if (digest) lines.push(`${JSON.stringify(value)}\n`);
  };
  const none = { first: 0, bytes: 0, delay: { p50: 0, p99: 0, max: 0 }, growth: 0 };
  const result = async (): Promise<Delivered> => ({
    ...none,
    events,
    dataLength,
    lastCharacters,
    digest: digest ? await digestOf(lines.join("")) : "",
  });
  return { onEvent, result };
}

/** As `node:crypto` gives it: SHA-256, in hexadecimal. */
async function digestOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
