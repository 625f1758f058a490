import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/** One `src/*.ts` for each `exports` and `bin` entry: the folder is the list of entries. */
const entries = readdirSync("src").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
const { bin = {} } = JSON.parse(readFileSync("package.json", "utf8")) as { bin?: Record<string, string> };
const bins = Object.values(bin).map((file) => file.replace(/^\.\/dist\/(.*)\.mjs$/, "$1.ts"));

const config: UserConfig = defineConfig({
  entry: entries.map((file) => `src/${file}`),
  format: "esm",
  platform: "neutral",
  // `.mjs` and `.d.mts`: what is said of a file's module system holds wherever it is copied
  fixedExtension: true,
  // what a package uses it depends on; nothing is copied into it
  deps: { neverBundle: [/^node:/], onlyBundle: [] },
  target: "es2023",
  dts: {
    // nobody imports a command
    entry: entries.filter((file) => !bins.includes(file)).map((file) => `src/${file}`),
    // they would point at sources that are not published
    sourcemap: false,
  },
  sourcemap: true,
  clean: true,
  publint: false,
});
export default config;
