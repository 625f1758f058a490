import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type as systemName } from "node:os";
import { join } from "node:path";
import { allClients } from "../clients/all-clients.ts";
import { allFramers } from "../framers/all-framers.ts";

/** What the figures of a run depend on; nothing that names the machine or who owns it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  /** Versions of the contestants' packages, and of libcurl. */
  readonly versions: Readonly<Record<string, string>>;
  /** Average of the last minute, when the run began. */
  readonly load: number;
}

/** Describes this machine. */
export async function describeMachine(): Promise<Machine> {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${systemName()} ${/^[\d.]*\d/.exec(release())?.[0] ?? release()} ${process.arch}`,
    node: process.version,
    versions: await versions(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

async function versions(): Promise<Record<string, string>> {
  const names = new Set([...allFramers, ...allClients].flatMap(({ npm }) => npm ?? []));
  const packages = [...names].toSorted().map((name): [string, string] => [name, versionOf(name)]);
  return Object.fromEntries([...packages, ["libcurl", await libcurlVersion()], ["curl", curlVersion()]]);
}

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "../node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Of the library that the transport loads. */
async function libcurlVersion(): Promise<string> {
  const { curlTransport } = await import("@headrace/transport-curl");
  try {
    const transport = curlTransport();
    await transport.close();
    return transport.version;
  } catch {
    return "absent";
  }
}

/** Of the command. */
function curlVersion(): string {
  try {
    return execFileSync("curl", ["--version"], { encoding: "utf8" }).split(" ", 2)[1] ?? "unknown";
  } catch {
    return "absent";
  }
}
