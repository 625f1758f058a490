import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { asHeadraceError, type Transport } from "@headrace/core";
import type { NetworkOptions } from "@headrace/core/transport";
import { usageError } from "./usage-error.ts";

/** Makes a transport. */
export type TransportFactory = (options: NetworkOptions) => Transport;

/** The transports that come with the command; each is loaded only when asked for. */
export const builtInTransports: Readonly<Record<string, () => Promise<TransportFactory>>> = {
  curl: async () => (await import("@headrace/transport-curl")).curlTransport,
  undici: async () => (await import("@headrace/transport-undici")).undiciTransport,
  node: async () => (await import("@headrace/transport-node")).nodeTransport,
  fetch: async () => (await import("@headrace/transport-fetch")).fetchTransport,
};

/** What a transport lists as known failures of the conformance suite; those that are not here have none. */
const listedFailures: Readonly<Record<string, () => Promise<{ readonly knownFailures: unknown }>>> = {
  curl: () => import("@headrace/transport-curl/known-failures"),
  fetch: () => import("@headrace/transport-fetch/known-failures"),
};

/** undici on Node; fetch on Bun and Deno; curl where the call shall block. */
export function defaultTransport(blocking: boolean): string {
  if (blocking) return "curl";
  return process.versions["bun"] !== undefined || "Deno" in globalThis ? "fetch" : "undici";
}

/** A factory, and where it comes from. */
export interface LoadedFactory {
  readonly create: TransportFactory;
  /** What another thread or process imports it from. */
  readonly module: { readonly url: string; readonly name: string };
  /** The conformance cases that it fails, or a function of its version that lists them, unchecked; undefined: none. */
  readonly loadKnownFailures: () => Promise<unknown>;
}

/**
 * Loads a factory by name, or from a module that exports one as its default or as `transport`.
 *
 * @throws `invalid-argument` for a name or module that is none
 */
export async function loadFactory(name: string): Promise<LoadedFactory> {
  const load = Object.hasOwn(builtInTransports, name) ? builtInTransports[name] : undefined;
  if (load === undefined) return await importFactory(name);
  const module = { url: import.meta.resolve(`@headrace/transport-${name}`), name: `${name}Transport` };
  const loadKnownFailures = async (): Promise<unknown> => (await listedFailures[name]?.())?.knownFailures;
  return { create: await load(), module, loadKnownFailures };
}

/**
 * Loads a transport by name, or from a module that exports a factory as its default or as `transport`. The proxy
 * variables of the environment are honoured, as by curl, where the transport can.
 *
 * @throws `invalid-argument` for a name or module that is none, `unsupported`, `library-missing`
 */
export async function loadTransport(name: string, options: NetworkOptions): Promise<Transport> {
  const { create } = await loadFactory(name);
  const make = (asked: NetworkOptions): Transport => makeTransport(name, create, asked);
  if (options.proxy !== undefined || options.unixSocket !== undefined || !hasProxyVariables()) return make(options);
  try {
    return make({ ...options, proxy: "environment" });
  } catch (error) {
    if (asHeadraceError(error, "unsupported")) return make(options);
    throw error;
  }
}

/**
 * Calls a factory; what it throws that is no error of a transport is the module's mistake.
 *
 * @throws `invalid-argument` for such a mistake, with the module's name; else what the factory throws
 */
export function makeTransport(name: string, create: TransportFactory, options: NetworkOptions): Transport {
  try {
    return create(options);
  } catch (error) {
    if (asHeadraceError(error)) throw error;
    throw usageError(`the factory of ${JSON.stringify(name)} fails: ${describe(error)}`);
  }
}

/** Whether the environment names a proxy, as curl reads it. */
export function hasProxyVariables(): boolean {
  return Object.entries(process.env).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value !== "");
}

async function importFactory(name: string): Promise<LoadedFactory> {
  const names = Object.keys(builtInTransports).join(", ");
  if (!/^(\.{1,2}[/\\]|[/\\]|[a-z]:[/\\]|file:)/i.test(name)) {
    throw usageError(
      `no transport is called ${JSON.stringify(name)}: choose one of ${names}, or a module such as ./transport.js`,
    );
  }
  const path = name.startsWith("file:") ? name : resolve(name);
  if (path !== name && !existsSync(path)) throw usageError(`there is no module ${JSON.stringify(name)}`);
  const url = name.startsWith("file:") ? name : pathToFileURL(path).href;
  const module = await importModule(name, url);
  const { knownFailures } = module;
  for (const exported of ["default", "transport"] as const) {
    const factory = module[exported];
    if (typeof factory !== "function") continue;
    const create: TransportFactory = (options) =>
      checkTransport(name, (factory as (options: NetworkOptions) => unknown)(options));
    return { create, module: { url, name: exported }, loadKnownFailures: () => Promise.resolve(knownFailures) };
  }
  throw usageError(`${JSON.stringify(name)} must export a factory, as its default or as \`transport\``);
}

interface ImportedModule {
  readonly default?: unknown;
  readonly transport?: unknown;
  readonly knownFailures?: unknown;
}

/** A module that waits for something at its top level may wait for ever, and nothing else would keep the process. */
const importMs = 10_000;

async function importModule(name: string, url: string): Promise<ImportedModule> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it is not there within ${importMs / 1000} s`)), importMs);
  });
  try {
    return (await Promise.race([import(url), late])) as ImportedModule;
  } catch (error) {
    if (asHeadraceError(error)) throw error;
    throw usageError(`cannot load the module ${JSON.stringify(name)}: ${describe(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checkTransport(name: string, made: unknown): Transport {
  const has = (made ?? {}) as { readonly [member in keyof Transport]?: unknown };
  const wanted = {
    name: "string",
    version: "string",
    supports: "object",
    send: "function",
    close: "function",
  } as const;
  const lacking = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
    (member) => typeof has[member] !== wanted[member] || has[member] === null,
  );
  if (lacking.length === 0) return made as Transport;
  const list = lacking.map((member) => `\`${member}\` (${wanted[member]})`).join(", ");
  throw usageError(`${JSON.stringify(name)} makes no transport: it lacks ${list}`);
}
