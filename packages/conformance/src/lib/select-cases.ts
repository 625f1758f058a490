import { allCases } from "./all-cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";

/** What names cases. */
export interface CaseSelection {
  /** Failures to live with: ids, each with the reason, best with the upstream issue. One that passes is an error. */
  readonly knownFailures?: Readonly<Record<string, string>>;
  /** Ids, areas (`body`) or prefixes with a star (`body.chunk*`); default all. */
  readonly only?: readonly string[];
}

/**
 * The cases that a run is asked for, in the order of reports.
 *
 * @throws TypeError where `only` or `knownFailures` is malformed or names a case that there is not
 */
export function selectCases({ only, knownFailures = {} }: CaseSelection): readonly ConformanceCase[] {
  if (only !== undefined && !Array.isArray(only)) throw new TypeError("only is a list of ids, areas and prefixes");
  const ids = new Set(allCases.map(({ id }) => id));
  const stray = Object.keys(knownFailures).filter((id) => !ids.has(id));
  if (stray.length > 0) throw new TypeError(`knownFailures names no case: ${stray.join(", ")}`);
  const unexplained = Object.entries(knownFailures).filter(([, reason]) => typeof reason !== "string" || reason === "");
  if (unexplained.length > 0) throw new TypeError(`knownFailures gives no reason for ${unexplained[0]?.[0]}`);
  if (only === undefined) return allCases;
  if (only.length === 0) throw new TypeError("only names no case: it is empty");
  for (const pattern of only) {
    if (!allCases.some((candidate) => isNamedBy(candidate, pattern)))
      throw new TypeError(`only names no case: ${pattern}`);
  }
  return allCases.filter((candidate) => only.some((pattern) => isNamedBy(candidate, pattern)));
}

/** What a case demands, without the function that checks it. */
export type CaseInfo = Pick<ConformanceCase, "id" | "area" | "title" | "level" | "scope" | "spec" | "needs">;

/**
 * Lists the cases that a run would be asked for, whatever the transport; nothing is run.
 *
 * @throws TypeError where `only` or `knownFailures` is malformed or names a case that there is not
 */
export function listCases(selection: CaseSelection = {}): readonly CaseInfo[] {
  return selectCases(selection).map(({ id, area, title, level, scope, spec, needs }) => ({
    id,
    area,
    title,
    level,
    scope,
    spec,
    needs,
  }));
}

function isNamedBy({ id, area }: ConformanceCase, pattern: string): boolean {
  return pattern.endsWith("*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern || area === pattern;
}
