import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources: tests need no build. */
const conditions = ["@headrace/source"];
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions: [...conditions, "node"] } } };

/** The packages' own tests: they run on every Node line. */
const unit: TestProjectConfiguration = {
  ...fromSource,
  test: { name: "unit", include: ["packages/*/src/**/*.test.ts"] },
};

/** What users are promised, over every transport: on every Node line, too. */
const acceptance: TestProjectConfiguration = {
  ...fromSource,
  test: { name: "acceptance", include: ["tooling/acceptance/*.test.ts"] },
};

/** The tests of the tooling, and the README blocks. */
const tooling: TestProjectConfiguration = {
  ...fromSource,
  test: {
    name: "tooling",
    include: ["tooling/*/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.*/**", "tooling/{acceptance,e2e}/**"],
  },
};

/** The packed packages in a fresh app; builds and packs them first. */
const e2e: TestProjectConfiguration = {
  test: {
    name: "e2e",
    include: ["tooling/e2e/*.test.ts"],
    globalSetup: ["tooling/e2e/fresh-app-setup.ts"],
    testTimeout: 60_000,
  },
};

export default defineConfig({
  test: {
    // Most tests wait for sockets: two cores are worth two workers, where vitest would take one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [unit, acceptance, tooling, e2e],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: ".coverage",
    },
  },
});
