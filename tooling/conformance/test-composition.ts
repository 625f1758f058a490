import { testTransport } from "@headrace/conformance";
import { test } from "vitest";
import { subjects } from "./compositions.ts";

/**
 * Registers the whole suite for one composition.
 *
 * Each composition has a file of its own, so that they run side by side; `compositions.test.ts` sees that none is left out.
 */
export function testComposition(name: string): void {
  const { create, knownFailures, module } = subjects.find((subject) => subject.name === name) ?? unknown(name);
  testTransport(test, create, { knownFailures, module });
}

function unknown(name: string): never {
  throw new Error(`no composition is named ${name}`);
}
