import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./workspace.ts";

/** A Node to test on. */
export interface NodeLine {
  /** `26`, `24`, `22`. */
  readonly major: string;
  /** The absolute path of the binary; undefined where npm has none for this platform. */
  readonly executable: string | undefined;
  /** `v26.10.0`; empty where there is no binary. */
  readonly version: string;
}

/**
 * Lists the Nodes that the workspace installs from npm: this process's own, and one for each `tooling/node-*`.
 *
 * A binary is found by the package that carries it and not by `.bin/node`, which on Windows is a script.
 */
export function nodeLines(root: string = repositoryRoot): NodeLine[] {
  const others = readdirSync(join(root, "tooling"))
    .filter((name) => /^node-\d+$/.test(name))
    .map((name) => {
      const binary = nodeBinary(join(root, "tooling", name));
      const version = binary === undefined ? "" : execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
      return { major: name.slice("node-".length), executable: binary, version };
    });
  const own = {
    major: String(process.versions.node.split(".")[0]),
    executable: process.execPath,
    version: process.version,
  };
  return [own, ...others].toSorted((a, b) => Number(b.major) - Number(a.major));
}

function nodeBinary(folder: string): string | undefined {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  return ["node-bin", "node"]
    .map((prefix) => join(folder, "node_modules", `${prefix}-${platform}-${process.arch}`, "bin", file))
    .find((path) => existsSync(path));
}
