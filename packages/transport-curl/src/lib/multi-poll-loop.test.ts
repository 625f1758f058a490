import { testTransport } from "@headrace/conformance";
import { test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { knownFailures } from "./known-failures.ts";
import type { MultiLoopInit } from "./multi-loop.ts";
import { MultiPollLoop } from "./multi-poll-loop.ts";

// What worker threads use, held to the whole contract.
vi.mock("./create-multi-loop.ts", () => ({ createMultiLoop: (init: MultiLoopInit) => new MultiPollLoop(init) }));

testTransport(test, (options) => curlTransport(options), {
  knownFailures: knownFailures(curlTransport().version),
});
