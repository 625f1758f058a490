import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources: tests need no build. */
const conditions = ["@headrace/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions: [...conditions, "node"] } },
  test: {
    name: "unit",
    include: ["packages/*/src/**/*.test.ts", "tooling/*/src/**/*.test.ts"],
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], reporter: ["text-summary", "json-summary"] },
  },
});
