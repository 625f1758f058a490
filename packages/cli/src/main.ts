#!/usr/bin/env node
/** The command. Parseable by any Node with ES modules, so that an old one can say what is missing: everything else is loaded after the check. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `headrace needs Node 22.19 or later; this is ${process.version}. Get one from https://nodejs.org\n`,
  );
  process.exitCode = 1;
} else {
  const { guardOutput, runCommand } = await import("./lib/run-command.ts");
  guardOutput(process.argv.slice(2));
  process.exitCode = await runCommand(process.argv.slice(2));
  // Ended by a signal: output that nobody reads must not keep the process.
  if (process.exitCode > 128) process.exit();
}
