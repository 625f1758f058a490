import { CommanderError } from "commander";
import { createProgram } from "./create-program.ts";
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
    const json = argv.some(
      (argument, at) => argument === "--format=json" || (argument === "json" && argv[at - 1] === "--format"),
    );
    return reportFailure(error instanceof CommanderError ? translate(error) : error, json ? { format: "json" } : {});
  }
}

/** Commander's words quote the command line, which may hold a secret: ours do not. */
function translate({ code, message }: CommanderError): Error {
  if (code === "commander.unknownOption") return usageError(unknownFlag(/'(.*?)'/s.exec(message)?.[1] ?? "?"));
  if (code === "commander.excessArguments")
    return usageError("one URL at a time: is a value with spaces in it lacking its quotes?");
  return usageError(message.replace(/^error: /, ""));
}
