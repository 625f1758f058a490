import { readFileSync } from "node:fs";
import type { Transport } from "@headrace/core";
import { ourTransports } from "./our-transports.ts";

/**
 * The transport over the libcurl that `HEADRACE_BENCH_LIBCURL` is the path of, where it is one, beside the one that is
 * loaded without a word: each contestant has a process of its own. Named by the version that stands in the library's
 * text: `curl 8.14.1`.
 */
export function secondLibcurl(): Readonly<Record<string, () => Promise<Transport>>> {
  const path = process.env["HEADRACE_BENCH_LIBCURL"];
  if (path === undefined) return {};
  const [, version = "of another version"] = /libcurl\/(\d+\.\d+\.\d+)/.exec(readFileSync(path, "latin1")) ?? [];
  const load = (): Promise<Transport> => {
    process.env["HEADRACE_LIBCURL"] = path;
    return ourTransports.curl();
  };
  return { [`curl ${version}`]: load };
}
