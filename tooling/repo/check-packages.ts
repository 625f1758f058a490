import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  packageEntries,
  readManifest,
  repositoryRoot,
  workspacePackages,
  type ExportsTarget,
  type Manifest,
  type Package,
} from "./workspace.ts";

const sourceCondition = "@headrace/source";

/** Checks the shape of every package; returns a line for each thing that is wrong. */
export function checkPackages(root: string = repositoryRoot): string[] {
  return workspacePackages(root).flatMap((each) => {
    const problems = each.manifest.private ? privateProblems(each) : publishedProblems(each, root);
    return problems.map((problem) => `${each.folder}: ${problem}`);
  });
}

function privateProblems({ folder, manifest }: Package): string[] {
  return [
    ...unless(folder.startsWith("tooling/"), "what is private belongs in tooling/"),
    ...unless(manifest.license === "MIT", 'license is not "MIT"'),
  ];
}

function publishedProblems(each: Package, root: string): string[] {
  return [
    ...documentProblems(each, root),
    ...fieldProblems(each, root),
    ...exportsProblems(each),
    ...binProblems(each),
    ...dependencyProblems(each, root),
  ];
}

function documentProblems({ path, manifest }: Package, root: string): string[] {
  const readme = join(path, "README.md");
  const licence = join(path, "LICENSE");
  const same = existsSync(licence) && readFileSync(licence, "utf8") === readFileSync(join(root, "LICENSE"), "utf8");
  return [
    ...unless(same, "LICENSE is missing or is not the repository's"),
    ...(existsSync(readme)
      ? unless(
          readFileSync(readme, "utf8").startsWith(`# ${manifest.name}\n`),
          `README.md does not begin with "# ${manifest.name}"`,
        )
      : ["README.md is missing"]),
  ];
}

function fieldProblems({ folder, path, manifest }: Package, root: string): string[] {
  const expectedName = folder === "packages/cli" ? "headrace" : `@headrace/${basename(folder)}`;
  const installScripts = ["preinstall", "install", "postinstall", "prepare"].filter((name) => manifest.scripts?.[name]);
  return [
    ...unless(folder.startsWith("packages/"), "what is published belongs in packages/"),
    ...unless(manifest.name === expectedName, `name is not "${expectedName}"`),
    ...unless((manifest.description ?? "").length > 20, "description is missing"),
    ...unless(manifest.license === "MIT", 'license is not "MIT"'),
    ...unless(manifest.type === "module", 'type is not "module"'),
    ...unless(manifest.sideEffects === false, "sideEffects is not false"),
    ...unless(manifest.files?.includes("dist") === true, 'files lacks "dist"'),
    ...(manifest.files ?? [])
      .filter((file) => file !== "dist" && !existsSync(join(path, file)))
      .map((file) => `files names ${file}, which is not there`),
    ...unless(manifest.engines?.["node"] === readManifest(root).engines?.["node"], "engines.node is not the root's"),
    ...unless(manifest.publishConfig?.access === "public", 'publishConfig.access is not "public"'),
    ...unless(manifest.publishConfig?.provenance === true, "publishConfig.provenance is not true"),
    ...["build", "typecheck"].filter((name) => !manifest.scripts?.[name]).map((name) => `no script "${name}"`),
    ...installScripts.map((name) => `an install script: "${name}"`),
    ...["tsconfig.json", "tsdown.config.ts", "turbo.json"]
      .filter((file) => !existsSync(join(path, file)))
      .map((file) => `${file} is missing`),
  ];
}

function exportsProblems({ path, manifest }: Package): string[] {
  const published = manifest.publishConfig?.exports ?? {};
  const keys = Object.keys(manifest.exports ?? {});
  return [
    ...unless(keys.includes("."), 'exports lacks "."'),
    ...unless(keys.includes("./package.json"), 'exports lacks "./package.json"'),
    ...unless(
      JSON.stringify(published) === JSON.stringify(withoutSource(manifest)),
      `publishConfig.exports is not exports without "${sourceCondition}"`,
    ),
    ...packageEntries(manifest).flatMap(({ name }) => {
      const key = name === "index" ? "." : `./${name}`;
      const expected = {
        [sourceCondition]: `./src/${name}.ts`,
        types: `./dist/${name}.d.mts`,
        default: `./dist/${name}.mjs`,
      };
      return [
        ...unless(existsSync(join(path, `src/${name}.ts`)), `exports["${key}"] has no src/${name}.ts`),
        ...unless(
          JSON.stringify(manifest.exports?.[key]) === JSON.stringify(expected),
          `exports["${key}"] is not ${JSON.stringify(expected)}`,
        ),
      ];
    }),
  ];
}

function withoutSource(manifest: Manifest): Record<string, ExportsTarget> {
  return Object.fromEntries(
    Object.entries(manifest.exports ?? {}).map(([key, target]) => {
      if (typeof target === "string") return [key, target];
      return [key, Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== sourceCondition))];
    }),
  );
}

function binProblems({ path, manifest }: Package): string[] {
  return Object.entries(manifest.bin ?? {}).flatMap(([name, file]) => {
    const source = file.replace(/^\.\/dist\/(.*)\.mjs$/, "src/$1.ts");
    return unless(
      source !== file && existsSync(join(path, source)),
      `bin ${name} is ${file}, but there is no ${source}`,
    );
  });
}

function dependencyProblems({ manifest }: Package, root: string): string[] {
  const workspace = new Map(workspacePackages(root).map((each) => [each.manifest.name, each.manifest]));
  return Object.entries(manifest.dependencies ?? {}).flatMap(([name, range]) => {
    const target = workspace.get(name);
    if (target === undefined) return [];
    return [
      ...unless(target.private !== true, `depends on ${name}, which is private`),
      ...unless(range === "workspace:^", `depends on ${name} by "${range}", not by "workspace:^"`),
    ];
  });
}

function unless(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem];
}
