import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Package } from "@headrace/repo/workspace";
import { build } from "tsdown";

/**
 * Renders what one entry of a package offers as one self-contained declaration file, docstrings included.
 *
 * The build itself shares chunks between entries, under hashed names, which nobody could review.
 */
export async function entryDeclarations({ path }: Package, entryName: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "headrace-api-"));
  try {
    await build({
      cwd: path,
      config: false,
      entry: [`src/${entryName}.ts`],
      outDir,
      format: "esm",
      platform: "neutral",
      fixedExtension: true,
      deps: { neverBundle: [/^node:/] },
      dts: { emitDtsOnly: true, sourcemap: false },
      logLevel: "error",
    });
    return `${readFileSync(join(outDir, `${entryName}.d.mts`), "utf8").trimEnd()}\n`;
  } finally {
    rmSync(outDir, { recursive: true });
  }
}
