import { parseArgs } from "node:util";
import { runConformance } from "@headrace/conformance";
import { transports } from "./compositions.ts";

// Runs cases of the suite again and again on every transport, or one, and tells each outcome that was not the first
// one's: `pnpm --filter @headrace/conformance-matrix repeat --times 50 --transport curl abort conc bp`.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: "string", default: "20" }, transport: { type: "string" } },
});
const times = Number(values.times);
const selection = { ...(positionals.length > 0 && { only: positionals }), secondRuns: false };
const { transport = "" } = values;
const chosen = transport === "" ? transports : transports.filter(({ name }) => name === transport);
if (chosen.length === 0) throw new Error(`no transport is named ${transport}`);
let changes = 0;

for (const { name, create, knownFailures, module } of chosen) {
  const firsts = new Map<string, string>();
  let ran = 0;
  for (let time = 1; time <= times; time++) {
    const { subjects } = await runConformance(create, { name, knownFailures, module, ...selection });
    for (const { id, outcome, expected, received } of subjects.flatMap(({ results }) => results)) {
      if (outcome !== "unsupported" && outcome !== "skipped") ran++;
      const first = firsts.get(id) ?? outcome;
      firsts.set(id, first);
      if (outcome === first) continue;
      changes++;
      console.log(`${name}, time ${time}: ${id} ${outcome}, at first ${first}`, expected ?? "", received ?? "");
    }
  }
  console.log(`${name}: ${ran} cases run in ${times} times`);
}
console.log(`${changes} outcomes changed`);
process.exit(changes > 0 ? 1 : 0);
