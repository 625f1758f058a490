import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pnpm } from "@headrace/repo/pnpm";
import { readManifest, repositoryRoot } from "@headrace/repo/workspace";
import type { PackedPackage } from "./pack-packages.ts";

/**
 * Makes an app outside the workspace that installs the tarballs as a user's would be installed from the registry.
 *
 * pnpm's strict `node_modules` lets no package use what it does not declare.
 */
export async function createFreshApp(folder: string, packed: readonly PackedPackage[]): Promise<void> {
  const tarballs = Object.fromEntries(
    packed.map(({ manifest, tarball }) => [manifest.name, pathToFileURL(tarball).href]),
  );
  const tools = Object.fromEntries(["typescript", "@types/node"].map((name) => [name, installedVersion(name)]));
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "app", private: true, type: "module", dependencies: { ...tarballs, ...tools } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  // JSON is YAML; the packages' own dependencies on one another are to be the tarballs too
  const settings = { overrides: tarballs, nodeVersion: process.versions.node, allowBuilds: { koffi: false } };
  writeFileSync(join(folder, "pnpm-workspace.yaml"), JSON.stringify(settings, undefined, 2));
  const { stdout } = await pnpm(["store", "path"], { cwd: repositoryRoot });
  const options = ["--prefer-offline", "--no-frozen-lockfile", `--store-dir=${join(stdout.trim(), "..")}`];
  const { ok, output } = await pnpm(["install", ...options], { cwd: folder });
  if (!ok) throw new Error(`The packed packages cannot be installed:\n${output}`);
}

function installedVersion(name: string): string {
  return readManifest(join(repositoryRoot, "node_modules", name)).version;
}
