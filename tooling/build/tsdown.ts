import { readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/** One `src/*.ts` for each `exports` entry: the folder is the list of entries. */
const config: UserConfig = defineConfig({
  entry: readdirSync("src")
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `src/${file}`),
  format: "esm",
  platform: "neutral",
  target: "es2023",
  dts: true,
  sourcemap: true,
  clean: true,
  publint: false,
});
export default config;
