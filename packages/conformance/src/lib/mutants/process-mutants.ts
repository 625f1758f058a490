import type { NetworkOptions, Transport } from "@headrace/core/transport";
import {
  endsTheProcess,
  keepsTheProcessAlive,
  losesTheSink,
  worksInTheMainThreadOnly,
  writesToADescriptor,
} from "./broken-in-process.ts";
import type { Mutant } from "./mutant.ts";

function inProcess(name: string, fails: readonly string[], create: (options: NetworkOptions) => Transport): Mutant {
  return {
    name,
    fails,
    create,
    module: { url: new URL("./broken-in-process.ts", import.meta.url), name: create.name },
  };
}

/** What shows in a process or a thread of its own. */
export const processMutants: readonly Mutant[] = [
  inProcess("keeps-the-process-alive", ["conc.exits-when-done", "conc.exits-after-abort"], keepsTheProcessAlive),
  inProcess("ends-the-process", ["conc.lives-while-streaming"], endsTheProcess),
  inProcess("works-in-the-main-thread-only", ["conc.worker", "conc.worker-terminated"], worksInTheMainThreadOnly),
  inProcess("writes-to-a-descriptor", ["err.nothing-logged-natively"], writesToADescriptor),
  inProcess("loses-the-sink", ["conc.collected"], losesTheSink),
];
