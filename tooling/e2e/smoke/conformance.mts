import { deepEqual, ok } from "node:assert/strict";
import { runConformance } from "@headrace/conformance";
import { fetchTransport } from "@headrace/transport-fetch";

const { results } = await runConformance((options) => fetchTransport(options), { only: ["body.chunk*"], scale: 3 });
ok(results.some(({ outcome }) => outcome === "pass"));
deepEqual(
  results.filter(({ outcome }) => outcome === "fail" || outcome === "unexpected-pass"),
  [],
);
