import { createRequire } from "node:module";
import { TransportError } from "@headrace/core/transport";

/** undici, as far as it is used here. */
export type Undici = Pick<typeof import("undici"), "Client"> & { readonly version: string };

let loaded: Undici | undefined;

/**
 * Loads undici, once.
 *
 * @throws `unsupported` on a runtime that stubs undici or is too old for it, `library-missing` where it is not installed
 */
export function loadUndici(): Undici {
  loaded ??= checkUndici(requireUndici, process.versions);
  return loaded;
}

/** Loads undici with `load`, unless the runtime is known to put a stub in its place. */
export function checkUndici(load: () => Undici, versions: Readonly<Record<string, string | undefined>>): Undici {
  if (versions["bun"] !== undefined)
    throw unsupported(`Bun ${versions["bun"]} replaces undici with a stub that cannot dispatch`);
  const undici = load();
  if (typeof undici.Client?.prototype?.dispatch !== "function") {
    throw unsupported("this runtime replaces undici with a stub that cannot dispatch");
  }
  return undici;
}

function unsupported(fact: string, cause?: unknown): Error {
  const message = `${fact}: use @headrace/transport-fetch or @headrace/transport-curl`;
  return new TransportError("unsupported", message, cause === undefined ? {} : { cause });
}

function requireUndici(): Undici {
  const require = createRequire(import.meta.url);
  try {
    const { Client } = require("undici") as typeof import("undici");
    const { version } = require("undici/package.json") as { version: string };
    return { Client, version };
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "MODULE_NOT_FOUND") {
      throw new TransportError("library-missing", "undici is not installed: npm install undici", { cause });
    }
    throw unsupported(`undici does not load on Node ${process.versions.node}; it needs 22.19 or later`, cause);
  }
}
