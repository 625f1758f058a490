import { testTransport } from "@headrace/conformance";
import { test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { knownFailures } from "./known-failures.ts";

// What macOS, Windows and musl have: libcurl calls back for each piece.
vi.mock("./stdio.ts", () => ({ declareStdio: () => undefined }));

testTransport(test, (options) => curlTransport(options), {
  knownFailures: knownFailures(curlTransport().version),
  only: ["abort", "body", "bp", "conc", "h2", "sink", "sync"],
});
