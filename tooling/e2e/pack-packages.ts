import { join } from "node:path";
import { pnpm } from "@headrace/repo/pnpm";
import { publishedPackages, readManifest, type Manifest } from "@headrace/repo/workspace";

/** A published package and the tarball that users would get. */
export interface PackedPackage {
  readonly folder: string;
  /** The manifest in the repository; the tarball's own differs by what `pnpm pack` does to it. */
  readonly manifest: Manifest;
  readonly tarball: string;
}

/** Packs every published package, which must have been built, into `destination`. */
export function packPackages(destination: string): Promise<PackedPackage[]> {
  return Promise.all(
    publishedPackages().map(async ({ folder, path }) => {
      const manifest = readManifest(path);
      const tarball = join(destination, `${manifest.name.replace("@", "").replace("/", "-")}.tgz`);
      const { ok, output } = await pnpm(["pack", "--silent", "--out", tarball], { cwd: path });
      if (!ok) throw new Error(`pnpm pack failed in ${folder}:\n${output}`);
      return { folder, manifest, tarball };
    }),
  );
}
