import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder that holds the whole repository. */
export const repositoryRoot: string = join(import.meta.dirname, "../..");

/** One target of an `exports` entry: a file, or a file for each condition. */
export type ExportsTarget = string | { readonly [condition: string]: string };

/** What the checks read of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, ExportsTarget>>;
  readonly publishConfig?: {
    readonly access?: string;
    readonly provenance?: boolean;
    readonly exports?: Readonly<Record<string, ExportsTarget>>;
  };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace. */
export interface Package {
  /** Relative to the root, with forward slashes: `packages/core`. */
  readonly folder: string;
  /** The absolute folder. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** A public entry of a package: a key of its `exports` that is code. */
export interface PackageEntry {
  /** What users import: `@headrace/core/parser`. */
  readonly specifier: string;
  /** The file's name without its extension: `parser`; `index` for the package itself. */
  readonly name: string;
}

/** Reads a `package.json`. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Finds the workspace's packages below `packages/` and `tooling/`, in alphabetical order. */
export function workspacePackages(root: string = repositoryRoot): Package[] {
  return ["packages", "tooling"]
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .toSorted()
    .map((folder) => ({ folder, path: join(root, folder), manifest: readManifest(join(root, folder)) }));
}

/** Finds the packages that are published: all that do not say `private`. */
export function publishedPackages(root: string = repositoryRoot): Package[] {
  return workspacePackages(root).filter((each) => each.manifest.private !== true);
}

/** Lists the entries of a package that are code, which leaves out `./package.json`. */
export function packageEntries(manifest: Manifest): PackageEntry[] {
  return Object.keys(manifest.exports ?? {})
    .filter((key) => !key.endsWith(".json"))
    .map((key) => ({
      specifier: key === "." ? manifest.name : `${manifest.name}${key.slice(1)}`,
      name: key === "." ? "index" : key.slice(2),
    }));
}
