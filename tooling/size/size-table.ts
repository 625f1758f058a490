import type { BundleSize } from "./measure-bundle.ts";

/** The README's table of sizes, in kB of 1000 bytes. */
export function sizeTable(rows: readonly (BundleSize & { readonly name: string })[]): string {
  return [
    "| bundle | minified | and gzipped |",
    "| ------ | -------: | ----------: |",
    ...rows.map(({ name, minified, gzipped }) => `| ${name} | ${kilobytes(minified)} | ${kilobytes(gzipped)} |`),
  ].join("\n");
}

/** The gzipped sizes that a page with the table tells, in bytes, by the bundle's name. */
export function readSizeTable(page: string): Map<string, number> {
  const rows = page.matchAll(/^\| (.+?) +\| +[\d.]+ kB \| +([\d.]+) kB \|$/gm);
  return new Map(Array.from(rows, ([, name = "", gzipped]) => [name, Number(gzipped) * 1000]));
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
