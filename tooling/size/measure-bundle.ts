import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

/** Bytes of a bundle. */
export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
}

const entry = "headrace:entry";

/**
 * Bundles a module for a browser, with everything that it imports, and weighs it.
 *
 * @param source the module's text; what it exports is kept, the rest is shaken off
 * @throws Error where the bundle would need a module of Node
 */
export async function measureBundle(source: string): Promise<BundleSize> {
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    resolve: { conditionNames: ["@headrace/source"] },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? `${import.meta.dirname}/entry.js` : undefined),
        load: (id) => (id.endsWith("/entry.js") ? source : undefined),
      },
    ],
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const [{ code }] = output;
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}
