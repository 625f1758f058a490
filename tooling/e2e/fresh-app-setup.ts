import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { turboRun } from "@headrace/repo/turbo";
import type { TestProject } from "vitest/node";
import { createFreshApp } from "./create-fresh-app.ts";
import { packPackages, type PackedPackage } from "./pack-packages.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Every published package, packed. */
    readonly packed: readonly PackedPackage[];
    /** The folder of the fresh app that has them installed. */
    readonly app: string;
  }
}

/** Builds and packs every published package and installs them all in one fresh app, once for all the e2e tests. */
export async function setup(project: TestProject): Promise<() => void> {
  const build = await turboRun("build");
  if (!build.ok) throw new Error(`The packages cannot be built:\n${build.output}`);
  const folder = mkdtempSync(join(tmpdir(), "headrace-e2e-"));
  const tarballs = join(folder, "tarballs");
  const app = join(folder, "app");
  mkdirSync(tarballs);
  const packed = await packPackages(tarballs);
  await createFreshApp(app, packed);
  project.provide("packed", packed);
  project.provide("app", app);
  return () => rmSync(folder, { recursive: true });
}
