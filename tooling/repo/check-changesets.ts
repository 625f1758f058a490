import { readConfig } from "@changesets/config";
import { getReleasePlan } from "@changesets/get-release-plan";
import { publishedPackages, repositoryRoot } from "./workspace.ts";

/**
 * Checks that `.changeset/` makes a release: its configuration is valid, every changeset names packages that exist, and
 * every published package is one that a release would take along. No git is asked, so it holds in a shallow clone.
 */
export async function checkChangesets(root: string = repositoryRoot): Promise<string[]> {
  const { config, errors, warnings } = await readConfig(root);
  if (config === undefined) return [...errors];
  const fixed = new Set(config.fixed.flat());
  const alone = publishedPackages(root).filter(({ manifest }) => !fixed.has(manifest.name));
  const left = alone.map(({ folder }) => `${folder}: not in the "fixed" group of .changeset/config.json`);
  const problems = [...warnings, ...left];
  try {
    await getReleasePlan(root);
    return problems;
  } catch (error) {
    return [...problems, `no release can be made: ${error instanceof Error ? error.message : String(error)}`];
  }
}
