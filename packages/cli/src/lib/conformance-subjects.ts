import { asHeadraceError } from "@headrace/core";
import { explainExit } from "./conformance-exit.ts";
import { builtInTransports, loadFactory, type LoadedFactory, makeTransport } from "./load-transport.ts";
import { usageError } from "./usage-error.ts";

/** A transport to hold to the contract. */
export interface LoadedSubject extends Pick<LoadedFactory, "create" | "module"> {
  /** What it was called on the command line. */
  readonly title: string;
  /** What it is called in the report, where that is not the transport's own name. */
  readonly name?: string;
  readonly knownFailures: Readonly<Record<string, string>>;
}

/**
 * Loads the transports asked for, or every one that comes with the command and can run here; why another
 * cannot comes back as a line each.
 *
 * @throws for one that was asked for by name and cannot be made
 */
export async function loadSubjects(
  names: readonly string[] | undefined,
): Promise<{ subjects: LoadedSubject[]; missing: string[] }> {
  const subjects: LoadedSubject[] = [];
  const missing: string[] = [];
  for (const name of new Set(names ?? Object.keys(builtInTransports))) {
    const expectExit = explainExit(
      () => `loading ${JSON.stringify(name)}`,
      () => false,
    );
    try {
      subjects.push(await loadSubject(name));
    } catch (error) {
      const known = asHeadraceError(error, "library-missing") ?? asHeadraceError(error, "unsupported");
      if (names !== undefined || known === undefined) throw error;
      missing.push(`${name}: not here: ${known.message}`);
    } finally {
      expectExit();
    }
  }
  return { subjects, missing };
}

async function loadSubject(title: string): Promise<LoadedSubject> {
  const { create, module, loadKnownFailures } = await loadFactory(title);
  // It is not closed: it was not used, and one whose `close` blocks the thread would block this one.
  const { version } = makeTransport(title, create, {});
  const named = Object.hasOwn(builtInTransports, title) ? { name: title } : {};
  return {
    title,
    ...named,
    create,
    module,
    knownFailures: checkKnownFailures(title, listed(title, await loadKnownFailures(), version)),
  };
}

/** What a module lists: reasons by the ids of cases, or a function of the transport's version that gives them. */
function listed(title: string, known: unknown, version: string): unknown {
  if (typeof known !== "function") return known ?? {};
  try {
    return (known as (version: string) => unknown)(version);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`knownFailures of ${JSON.stringify(title)} fails: ${why}`);
  }
}

function checkKnownFailures(title: string, listed: unknown): Readonly<Record<string, string>> {
  const isList = typeof listed === "object" && listed !== null && !Array.isArray(listed);
  if (isList && Object.values(listed).every((reason) => typeof reason === "string")) {
    return listed as Readonly<Record<string, string>>;
  }
  throw usageError(`knownFailures of ${JSON.stringify(title)} must be an object: a reason for each id of a case`);
}
