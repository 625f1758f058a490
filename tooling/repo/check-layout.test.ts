import { describe, expect, test } from "vitest";
import { checkLayout } from "./check-layout.ts";
import { fixtureRepository } from "./fixture-repository.ts";

const manifest = {
  name: "@headrace/core",
  bin: { tool: "./dist/main.mjs" },
  exports: { ".": { default: "./dist/index.mjs" }, "./parser": { default: "./dist/parser.mjs" } },
};
const good = {
  "packages/core/package.json": manifest,
  "packages/core/src/index.ts": "",
  "packages/core/src/main.ts": "",
  "packages/core/src/parser.ts": "",
  "packages/core/src/conformance.test.ts": "",
  "packages/core/src/lib/event-queue.ts": "",
  "packages/core/src/lib/cases/request-headers.ts": "",
  ".hidden/anything.ts": "",
};

describe("checkLayout", () => {
  test("passes entries, what is in lib, tests beside them, and dotted folders", () => {
    expect(checkLayout(fixtureRepository(good))).toEqual([]);
  });

  test.for([
    ["docs/index.md", "docs/: the top level holds packages/ and tooling/ and no other folder"],
    [
      "packages/core/src/queue.ts",
      "packages/core/src/queue.ts: src/ holds one file for each entry, src/lib/ everything else",
    ],
    [
      "packages/core/src/http/a.ts",
      "packages/core/src/http/a.ts: src/ holds one file for each entry, src/lib/ everything else",
    ],
    ["packages/core/src/lib/utils.ts", "packages/core/src/lib/utils.ts: name a file after what it exports"],
    [
      "packages/core/src/lib/helpers.test.ts",
      "packages/core/src/lib/helpers.test.ts: name a file after what it exports",
    ],
    ["tooling/repo/types.ts", "tooling/repo/types.ts: name a file after what it exports"],
    ["packages/core/src/lib/common/a.ts", "packages/core/src/lib/common/a.ts: name a file after what it exports"],
    ["packages/core/src/lib/eventQueue.ts", "packages/core/src/lib/eventQueue.ts: kebab-case"],
  ] as const)("refuses %s", ([path, problem]) => {
    expect(checkLayout(fixtureRepository({ ...good, [path]: "" }))).toEqual([problem]);
  });

  test("holds the packages' files to their budgets of lines", () => {
    const long = "// a line\n".repeat(260);
    const files = Object.fromEntries([1, 2, 3].map((each) => [`packages/core/src/lib/long-${each}.ts`, long]));
    expect(checkLayout(fixtureRepository({ ...good, ...files }))).toEqual([
      expect.stringMatching(
        /long-\d\.ts is the 90th percentile of the packages' files with 260 lines; the budget is 250/,
      ),
    ]);
  });
});
