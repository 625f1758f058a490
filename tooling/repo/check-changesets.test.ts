import { expect, test } from "vitest";
import { checkChangesets } from "./check-changesets.ts";
import { fixtureRepository } from "./fixture-repository.ts";

const config = {
  changelog: false,
  commit: false,
  fixed: [["headrace", "@headrace/core"]],
  access: "public",
  baseBranch: "main",
};
const repository = (changes: Readonly<Record<string, string | object>> = {}): string =>
  fixtureRepository({
    "package.json": { name: "root", private: true },
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "pnpm-lock.yaml": "",
    ".changeset/config.json": config,
    "packages/cli/package.json": { name: "headrace", version: "0.1.0" },
    "packages/core/package.json": { name: "@headrace/core", version: "0.1.0" },
    ...changes,
  });

test("passes a valid configuration, with changesets and without", async () => {
  expect(await checkChangesets(repository())).toEqual([]);
  const changeset = '---\n"@headrace/core": minor\n---\n\nIt does more.\n';
  expect(await checkChangesets(repository({ ".changeset/one.md": changeset }))).toEqual([]);
});

test("refuses a configuration that is invalid, or names no package", async () => {
  const secret = { ".changeset/config.json": { ...config, access: "secret" } };
  expect(await checkChangesets(repository(secret))).toEqual([expect.stringContaining("access")]);
  const stale = { ".changeset/config.json": { ...config, fixed: [...config.fixed, ["@headrace/kernel"]] } };
  expect(await checkChangesets(repository(stale))).toEqual([expect.stringContaining("@headrace/kernel")]);
});

test("refuses a published package that a release would leave behind", async () => {
  const left = { "packages/llm/package.json": { name: "@headrace/llm", version: "0.1.0" } };
  expect(await checkChangesets(repository(left))).toEqual([
    'packages/llm: not in the "fixed" group of .changeset/config.json',
  ]);
});

test("refuses a changeset of a package that is not there", async () => {
  const changeset = '---\n"@headrace/kernel": minor\n---\n\nIt does more.\n';
  expect(await checkChangesets(repository({ ".changeset/one.md": changeset }))).toEqual([
    expect.stringMatching(/^no release can be made: .*@headrace\/kernel/),
  ]);
});
