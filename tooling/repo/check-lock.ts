import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { repositoryRoot, workspacePackages, readManifest } from "./workspace.ts";

/** What the check reads of `pnpm-lock.yaml`. */
export interface Lockfile {
  readonly packages?: Readonly<Record<string, unknown>>;
  readonly importers?: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, unknown>> }>>;
}

/** A package as it was published, with the platform builds it asks for. */
export interface Published {
  readonly name: string;
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Checks that the lockfile holds every platform build of every native tool.
 *
 * A registry (or a mirror of one) that lacks a build drops it from the lockfile without a word, and the install then
 * fails on the system that needed it. Returns a line for each thing that is wrong.
 */
export function checkLock(root: string = repositoryRoot): string[] {
  const text = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  const documents = parseAllDocuments(text).map((each) => each.toJS() as Lockfile);
  const [lockfile = {}] = documents;
  return [
    ...(documents.length > 1 ? ["pnpm-lock.yaml has a second document, which a package manager pin left behind"] : []),
    ...[...text.matchAll(/tarball: *(\S+)/g)].map(([, url]) => `pnpm-lock.yaml names a tarball: ${url}`),
    ...missingImporterBuilds(lockfile, root),
    ...installedPackages(root).flatMap((each) => missingBuilds(lockfile, each)),
  ];
}

/** Lists the builds of `published` for Linux, macOS and Windows on x64 and arm64 that the lockfile lacks. */
export function missingBuilds(lockfile: Lockfile, published: Published): string[] {
  const locked = Object.keys(lockfile.packages ?? {});
  if (!locked.includes(`${published.name}@${published.version}`)) return [];
  return Object.entries(published.optionalDependencies ?? {})
    .filter(([name]) => isWantedBuild(name))
    .filter(([name, range]) => !locked.some((key) => satisfies(key, name, range)))
    .map(([name, range]) => `${published.name}@${published.version}: ${name}@${range} is not in pnpm-lock.yaml`);
}

/** Says whether a package's name is that of a build for a platform the repository supports. */
export function isWantedBuild(name: string): boolean {
  return /(linux|darwin|win32|windows|win)\b.*\b(x64|arm64|64)\b/.test(name.replaceAll("_", "-"));
}

function satisfies(key: string, name: string, range: string): boolean {
  return /^\d/.test(range) ? key === `${name}@${range}` : key.startsWith(`${name}@`);
}

function missingImporterBuilds(lockfile: Lockfile, root: string): string[] {
  const importers = [{ folder: ".", manifest: readManifest(root) }, ...workspacePackages(root)];
  return importers.flatMap(({ folder, manifest }) => {
    const locked = lockfile.importers?.[folder]?.optionalDependencies ?? {};
    return Object.keys(manifest.optionalDependencies ?? {})
      .filter((name) => !(name in locked))
      .map((name) => `${folder}: ${name} is not in pnpm-lock.yaml`);
  });
}

/** Reads every package in pnpm's virtual store, left-overs of earlier installs included. */
function installedPackages(root: string): Published[] {
  const store = join(root, "node_modules/.pnpm");
  return readdirSync(store)
    .map((entry) => join(store, entry, "node_modules"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => packageFolders(folder))
    .map((folder) => join(folder, "package.json"))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")) as Published);
}

function packageFolders(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== ".bin")
    .flatMap(({ name }) => (name.startsWith("@") ? packageFolders(join(modules, name)) : [join(modules, name)]));
}
