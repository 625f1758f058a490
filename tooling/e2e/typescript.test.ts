import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "@headrace/repo/command";
import { executable } from "@headrace/repo/executable";
import { nodeLines } from "@headrace/repo/node-lines";
import { packageEntries } from "@headrace/repo/workspace";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { PackedPackage } from "./pack-packages.ts";
import { startEventServer, type EventServer } from "./event-server.ts";

const app = inject("app");
const packed = inject("packed");
const smokeFiles = readdirSync(join(import.meta.dirname, "smoke")).filter((file) => /\.[cm]ts$/.test(file));

/** Every declaration is checked, the dependencies' included: users need not have `skipLibCheck`. */
const strict = { target: "es2023", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };

describe("a consumer in TypeScript", () => {
  test("nodenext: ES modules and CommonJS", { timeout: 60_000 }, async () => {
    const folder = consumer("nodenext", packed, ["mts", "cts"]);
    cpSync(join(import.meta.dirname, "smoke"), folder, { recursive: true });
    const options = { ...strict, module: "nodenext", lib: ["es2023"], types: ["node"], outDir: "out", rootDir: "." };
    await expectToCompile(folder, options);
  });

  test("bundler", { timeout: 60_000 }, async () => {
    const folder = consumer("bundler", packed, ["ts"]);
    const resolution = { module: "esnext", moduleResolution: "bundler", noEmit: true };
    await expectToCompile(folder, { ...strict, ...resolution, lib: ["es2023"], types: ["node"] });
  });

  test("bundler, in a browser, of the packages that need no Node", { timeout: 60_000 }, async () => {
    const folder = consumer("browser", packed.filter(runsAnywhere), ["ts"]);
    const resolution = { module: "esnext", moduleResolution: "bundler", noEmit: true };
    await expectToCompile(folder, { ...strict, ...resolution, lib: ["es2023", "esnext.disposable", "dom"], types: [] });
  });
});

describe.for(nodeLines())("what TypeScript made of the smoke files, on Node $major", ({ executable: node, major }) => {
  let server: EventServer;
  beforeAll(async () => {
    server = await startEventServer();
    return () => server.close();
  });

  test.for(smokeFiles)("%s", { timeout: 30_000 }, async (file, { skip }) => {
    if (node === undefined) return skip(`npm has no Node ${major} for this platform`);
    const script = join(app, "nodenext/out", file.replace(/ts$/, "js"));
    const { exitCode, output } = await run([node, script, server.url], { cwd: app, timeout: 20_000 });
    if (exitCode === 77) return skip(output.trim());
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
  });
});

/** Writes a folder that imports every entry of `packages`, in a file for each extension. */
function consumer(name: string, packages: readonly PackedPackage[], extensions: readonly string[]): string {
  const folder = join(app, name);
  const specifiers = packages.flatMap(({ manifest }) => packageEntries(manifest).map(({ specifier }) => specifier));
  const imports = specifiers.map((specifier, index) => `import * as entry${index} from "${specifier}";`);
  const uses = `export const entries: readonly object[] = [${specifiers.map((_, index) => `entry${index}`).join(", ")}];`;
  mkdirSync(folder, { recursive: true });
  for (const extension of extensions) {
    writeFileSync(join(folder, `entries.${extension}`), [...imports, uses, ""].join("\n"));
  }
  return folder;
}

async function expectToCompile(folder: string, compilerOptions: object): Promise<void> {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."], exclude: ["out"] }));
  const { ok, output } = await run([...executable("typescript"), "--project", folder], { cwd: app });
  expect(ok, output).toBe(true);
}

/** Says whether a package and all it depends on are free of Node and of other people's packages. */
function runsAnywhere({ manifest }: PackedPackage): boolean {
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const ours = dependencies.map((name) => packed.find((each) => each.manifest.name === name));
  return !importsNode(manifest.name) && ours.every((each) => each !== undefined && runsAnywhere(each));
}

function importsNode(packageName: string): boolean {
  const dist = join(app, "node_modules", packageName, "dist");
  if (!existsSync(dist)) return false;
  const files = readdirSync(dist).filter((file) => /\.m(js|ts)$/.test(file));
  return files.some((file) => /from ["']node:/.test(readFileSync(join(dist, file), "utf8")));
}
