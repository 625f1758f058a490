import { CommanderError } from "commander";
import { createProgram } from "./create-program.ts";
import { outputFailure } from "./output.ts";
import { reportFailure } from "./report-failure.ts";
import { unknownFlag } from "./refused-flags.ts";
import { usageError } from "./usage-error.ts";

/** Runs the command line's arguments. Returns the exit status; never rejects. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = createProgram((exitStatus) => (status = exitStatus));
  try {
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return reportFailure(error instanceof CommanderError ? translate(error) : error, styleOf(argv));
  }
}

/**
 * Ends the process when its standard output fails: with 0 where the reader is gone, else with the `output` error.
 * A command that listens for it itself is left alone. An error of standard error is ignored: there is nowhere to say it.
 */
export function guardOutput(argv: readonly string[]): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error) => {
    if (process.stdout.listenerCount("error") > 1) return;
    process.exit(reportFailure(outputFailure(error), styleOf(argv)));
  });
}

/** How a failure is told before the flags are parsed, or where they cannot be. */
function styleOf(argv: readonly string[]): { format?: "json" } {
  const json = argv.some(
    (argument, at) => argument === "--format=json" || (argument === "json" && argv[at - 1] === "--format"),
  );
  return json ? { format: "json" } : {};
}

/** Commander's words quote the command line, which may hold a secret: ours do not. */
function translate({ code, message }: CommanderError): Error {
  if (code === "commander.unknownOption") return usageError(unknownFlag(/'(.*?)'/s.exec(message)?.[1] ?? "?"));
  if (code === "commander.excessArguments")
    return usageError("one URL at a time: is a value with spaces in it lacking its quotes?");
  return usageError(message.replace(/^error: /, ""));
}
