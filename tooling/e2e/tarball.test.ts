import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";

/** What Node 22.19's `require` and TypeScript's `nodenext` made harmless: packages that are ES modules alone. */
const esmOnly: ReadonlySet<string> = new Set(["node10", "node16-cjs"]);

describe.for(inject("packed"))("$manifest.name", ({ manifest, tarball }) => {
  test("publint finds nothing", async () => {
    const bytes = new Uint8Array(readFileSync(tarball)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("Are the Types Wrong finds nothing", async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
    if (!result.types) throw new Error("the package has no types");
    expect(result.problems.filter((problem) => !isAboutCommonJs(problem))).toEqual([]);
  });

  test("holds what is published and nothing else", () => {
    const folder = join(inject("app"), "node_modules", manifest.name);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
    const allowed = [
      /^(package\.json$|LICENSE$|README\.md$|node_modules)/,
      ...(manifest.files ?? []).map((file) => new RegExp(`^${file}(/|$)`)),
    ];
    expect(files.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(files.filter((file) => /\.(test|bench)\./.test(file))).toEqual([]);
    const text = readFileSync(join(folder, "package.json"), "utf8");
    expect(text).not.toMatch(/@headrace\/source|workspace:|catalog:/);
  });
});

function isAboutCommonJs(problem: Problem): boolean {
  return "resolutionKind" in problem && esmOnly.has(problem.resolutionKind);
}
