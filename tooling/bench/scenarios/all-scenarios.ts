import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { clientsScenario } from "./clients.ts";
import { firstEventScenario } from "./first-event.ts";
import { flatScenario } from "./flat.ts";
import { framerScenario } from "./framer.ts";
import { importScenario } from "./import-time.ts";
import { memoryScenario } from "./memory.ts";
import { streamsScenario } from "./streams.ts";

/** Every scenario, by the name that `--scenario` takes. */
export const allScenarios: Readonly<Record<string, (context: BenchContext) => AsyncGenerator<Comparison>>> = {
  framer: framerScenario,
  clients: clientsScenario,
  streams: streamsScenario,
  "first-event": firstEventScenario,
  memory: memoryScenario,
  import: importScenario,
  flat: flatScenario,
};
