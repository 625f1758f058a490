import { spawn } from "node:child_process";
import { once } from "node:events";
import type { CaseContext } from "./case-context.ts";
import { ConformanceError } from "./conformance-error.ts";
import type { TransportModule } from "./transport-module.ts";

/** A process with the transport in it. */
export interface OwnProcess {
  /** Resolves once it has written this line; fails where it ends without. */
  wrote(line: string): Promise<void>;
  /** Resolves when it has ended by itself, in good order, having written these lines. */
  ends(...lines: readonly string[]): Promise<void>;
}

/**
 * The source of a module that has `transport`, made by the factory under test, and `get(url, onBody)`, which
 * makes one exchange; then `body`.
 */
export function programWith({ url, name = "default" }: TransportModule, body: string): string {
  return `
    const { ${JSON.stringify(name)}: create } = await import(${JSON.stringify(String(url))});
    const transport = create({});
    const get = (url, onBody = () => {}, signal = new AbortController().signal) => transport.send(
      { url: new URL(url), method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 60_000 },
      { head() {}, body: onBody });
    const latin1 = (bytes) => Buffer.from(bytes).toString("latin1");
    ${body}`;
}

/** Runs a module in a process of its own, with the flags of this one that decide what is loaded. */
export function startProcess({ otherServers }: CaseContext, source: string, ...flags: readonly string[]): OwnProcess {
  const args = [...loadingFlags(process.execArgv), ...flags, "--input-type=module", "--eval", source];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  let output = "";
  let errors = "";
  let wake = (): void => {};
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
    wake();
  });
  child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
  child.on("close", () => wake());
  const told = async (): Promise<string> => {
    const [code, signal] = await ended;
    return `it ended with ${signal ?? code}, having written ${JSON.stringify(output + errors)}`;
  };
  otherServers.push({
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  });
  return {
    async wrote(line) {
      while (!output.split("\n").includes(line)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new ConformanceError(`the process to write ${line}`, await told());
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async ends(...lines) {
      const [code] = await ended;
      const wanted = lines.map((line) => `${line}\n`).join("");
      if (code === 0 && output === wanted) return;
      throw new ConformanceError(`the process to write ${JSON.stringify(wanted)} and to end by itself`, await told());
    },
  };
}

const withValue = /^(?:--conditions|-C|--import|--require|-r|--loader|--experimental-loader)$/;
const alone =
  /^(?:--(?:conditions|import|require|loader|experimental-loader)=.*|--experimental-strip-types|--no-warnings|--disable-warning=.*)$/;

/** Of the flags of a process those that say how modules are found and loaded. */
export function loadingFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, index) => alone.test(flag) || withValue.test(flag) || withValue.test(flags[index - 1] ?? ""),
  );
}
