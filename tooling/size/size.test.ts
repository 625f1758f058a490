import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@headrace/repo/workspace";
import { describe, expect, test } from "vitest";
import { bundles } from "./bundles.ts";
import { measureBundle } from "./measure-bundle.ts";
import { readSizeTable } from "./size-table.ts";

const told = readSizeTable(readFileSync(join(repositoryRoot, "README.md"), "utf8"));

describe.each(bundles)("$name", ({ name, source, limit }) => {
  test("weighs no more than it may, and what the README says", { timeout: 30_000 }, async () => {
    const { gzipped } = await measureBundle(source);
    expect(gzipped).toBeLessThanOrEqual(limit);
    const ratio = gzipped / (told.get(name) ?? 0);
    expect(ratio, "README.md is out of date: pnpm size").toBeGreaterThan(0.95);
    expect(ratio, "README.md is out of date: pnpm size").toBeLessThan(1.05);
  });
});

test("a bundle that needs Node is refused, not weighed without it", async () => {
  await expect(measureBundle('import "node:fs"; export const a = 1;')).rejects.toThrow("node:fs");
});

test("what nobody imports weighs nothing", async () => {
  const all = await measureBundle('export * from "@headrace/core";');
  const one = await measureBundle('export { HeadraceError } from "@headrace/core";');
  expect(one.gzipped).toBeLessThan(all.gzipped / 10);
});
