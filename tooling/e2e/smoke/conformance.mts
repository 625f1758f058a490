import { deepEqual, ok } from "node:assert/strict";
import { isRed, runConformance } from "@headrace/conformance";
import { fetchTransport } from "@headrace/transport-fetch";

const { subjects } = await runConformance((options) => fetchTransport(options), { only: ["body.chunk*"], scale: 3 });
const results = subjects.flatMap((subject) => subject.results);
ok(results.some(({ outcome }) => outcome === "pass"));
deepEqual(results.filter(isRed), []);
