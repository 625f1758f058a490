import type { ConformanceReport } from "./conformance-report.ts";

/** What this code runs on. */
export function currentRuntime(): ConformanceReport["runtime"] {
  const { platform, arch, versions } = process;
  const name = versions["deno"] !== undefined ? "deno" : versions["bun"] !== undefined ? "bun" : "node";
  return { name, version: versions[name] ?? "", platform, arch };
}
