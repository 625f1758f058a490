import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function listOn(host: Record<string, unknown>): Promise<string[]> {
  for (const [name, value] of Object.entries(host)) vi.stubGlobal(name, value);
  vi.resetModules();
  return Object.keys((await import("./known-failures.ts")).knownFailures);
}

const onNode = (undici: string) => ({ process: { versions: { node: "1", undici } }, Deno: undefined });

test("what only old versions fail is listed on those alone", async () => {
  expect(await listOn(onNode("6.21.0"))).toContain("req.url-empty-query");
  expect(await listOn(onNode("7.0.0"))).not.toContain("req.url-empty-query");
  expect(await listOn(onNode("7.0.0"))).toContain("head.status-407-once");
});

test.each([
  ["a browser", { process: undefined, navigator: { userAgent: "Mozilla/5.0" } }],
  ["Bun", { process: { versions: { node: "24", bun: "1.3", undici: "7" } } }],
  ["Deno", { process: { versions: { node: "24", undici: "7" } }, Deno: {} }],
])("in %s the list is empty", async (_, host) => {
  expect(await listOn(host)).toEqual([]);
});
