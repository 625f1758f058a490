import { writeIntoReadme } from "@headrace/docs/generated-block";
import { bundles } from "./bundles.ts";
import { measureBundle } from "./measure-bundle.ts";
import { sizeTable } from "./size-table.ts";

// Weighs every bundle, says where it stands against its limit, and writes the table into the README: `pnpm size`.

const rows = await Promise.all(bundles.map(async (bundle) => ({ ...bundle, ...(await measureBundle(bundle.source)) })));
for (const { name, gzipped, limit } of rows) {
  console.log(`${String(gzipped).padStart(6)} of ${String(limit).padStart(6)} bytes  ${name}`);
}
writeIntoReadme("sizes", sizeTable(rows));
