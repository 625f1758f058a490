import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { casesPage } from "./cases-page.ts";

test("cases.md is current: `pnpm cases` writes it", async () => {
  expect(await readFile(new URL("../../../cases.md", import.meta.url), "utf8")).toBe(casesPage());
});
