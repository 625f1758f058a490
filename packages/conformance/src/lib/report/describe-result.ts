import { describeWire } from "../wire-log.ts";
import type { ConformanceResult, Finding } from "./conformance-report.ts";

/** A result in words, for people: the demand, what was expected and what came, where it is written, and the wire log. */
export function describeResult(result: ConformanceResult): string {
  const { id, title, spec, outcome, reason, expected, received, also = [], wire = [] } = result;
  const lines = [`${id}: ${title}`];
  if (outcome === "unexpected-pass") lines.push(`  it passes: take it off knownFailures (${reason})`);
  else if (reason !== undefined) lines.push(`  ${outcome}: ${reason}`);
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (received !== undefined) lines.push(`  received: ${received}`);
  lines.push(...also.map((other) => `  also: ${describeFinding(other)}`), `  see: ${spec}`);
  if (wire.length > 0) lines.push("  wire (ms, who, what):", describeWire(wire).replaceAll(/^/gm, "    "));
  return lines.join("\n");
}

/** A finding in one line. */
export function describeFinding({ expected, received }: Finding): string {
  return `expected ${expected}; received ${received}`.replaceAll(/\s*\n\s*/g, " ");
}
