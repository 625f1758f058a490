import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, type CommandResult } from "@headrace/repo/command";
import { executable } from "@headrace/repo/executable";
import { publishedPackages, repositoryRoot, type Package } from "@headrace/repo/workspace";

/** A folder in which an example finds every published package by name, as its sources. */
export interface ExampleWorkspace {
  /** Writes a module; gives its absolute path. */
  readonly write: (file: string, text: string) => string;
  /** Type-checks what was written, all at once: the complaints about each file, by its name. */
  readonly typeCheck: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Runs a module on this process's Node, or a file of shell commands. */
  readonly run: (path: string) => Promise<CommandResult>;
}

/** A user's settings but for `dom`: examples are for browsers too. */
const compilerOptions = {
  noEmit: true,
  isolatedDeclarations: false,
  declaration: false,
  lib: ["es2023", "esnext.disposable", "dom", "dom.iterable"],
};

/**
 * Makes an {@link ExampleWorkspace} in `folder`, from nothing. It must lie in the package whose dependencies examples
 * may use besides ours, and not below a `node_modules`, where Node runs no TypeScript.
 */
export function createExampleWorkspace(folder: string): ExampleWorkspace {
  rmSync(folder, { recursive: true, force: true });
  for (const each of publishedPackages()) link(each, folder);
  const base = join(repositoryRoot, "tooling/tsconfig/base.json");
  const write = (file: string, text: string): string => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  write("package.json", '{ "private": true, "type": "module" }');
  write("tsconfig.json", JSON.stringify({ extends: base, compilerOptions, include: ["**/*.ts"] }));
  return {
    write,
    typeCheck: async () => groupByFile(await run([...executable("typescript"), "--pretty", "false"], { cwd: folder })),
    run: (path) => runExample(path, folder),
  };
}

function link({ path, manifest }: Package, folder: string): void {
  const target = join(folder, "node_modules", manifest.name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(path, target, "junction");
  for (const [name, file] of Object.entries(manifest.bin ?? {})) {
    const source = join(path, file.replace(/^\.\/dist\/(.*)\.mjs$/, "src/$1.ts"));
    writeCommand(
      join(folder, "bin", name),
      `exec "${process.execPath}" --conditions=@headrace/source "${source}" "$@"`,
    );
  }
  // what the examples ask npx for is already on the PATH
  writeCommand(join(folder, "bin/npx"), 'exec "$@"');
}

function writeCommand(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

function runExample(path: string, folder: string): Promise<CommandResult> {
  const node = [process.execPath, "--conditions=@headrace/source", path];
  const shell = ["sh", "-eu", path];
  const env = {
    PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    OPENAI_API_KEY: "example",
    ANTHROPIC_API_KEY: "example",
    GEMINI_API_KEY: "example",
    API_KEY: "example",
  };
  return run(path.endsWith(".sh") ? shell : node, { cwd: folder, env, timeout: 20_000 });
}

function groupByFile({ ok, output }: CommandResult): Map<string, string[]> {
  const complaints = new Map<string, string[]>();
  for (const [, file = "", line, error] of output.matchAll(/^(\S.*?)\((\d+),\d+\): error (.*)$/gm)) {
    complaints.set(file, [...(complaints.get(file) ?? []), `line ${line}: ${error}`]);
  }
  if (!ok && complaints.size === 0) throw new Error(`tsc failed:\n${output}`);
  return complaints;
}
