import { expect, test } from "vitest";
import { checkUndici, loadUndici, type Undici } from "./load-undici.ts";

const code = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: (error as Error).message };
  }
};

test("undici is loaded, with its version", () => {
  expect(loadUndici().version).toMatch(/^8\./);
});

test("Bun's stub is refused without being loaded", () => {
  const load = (): Undici => {
    throw new Error("loaded");
  };
  expect(code(() => checkUndici(load, { bun: "1.3.0" }))).toEqual({
    code: "unsupported",
    message: expect.stringContaining("Bun 1.3.0 replaces undici with a stub") as unknown,
  });
});

test("a stub that cannot dispatch is refused, and the message names the way out", () => {
  const stub = { Client: Object, version: "0" } as unknown as Undici;
  expect(code(() => checkUndici(() => stub, {}))).toEqual({
    code: "unsupported",
    message: expect.stringContaining("@headrace/transport-fetch") as unknown,
  });
});
