import { testTransport } from "@headrace/conformance";
import { test } from "vitest";
import { curlTransport } from "./index.ts";
import { knownFailures } from "./lib/known-failures.ts";

testTransport(test, (options) => curlTransport(options), {
  knownFailures: knownFailures(curlTransport().version),
  module: { url: new URL("./index.ts", import.meta.url), name: "curlTransport" },
});
