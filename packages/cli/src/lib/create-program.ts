import { Command, Option } from "commander";
import pkg from "headrace/package.json" with { type: "json" };
import type { ConformanceFlags } from "./conformance-command.ts";
import { addToList, positive } from "./conformance-flags.ts";
import { wholeNumber } from "./option-values.ts";
import { addStreamFlags } from "./stream-flags.ts";

const epilogue = `
Values may begin with a dash, short flags may be joined (-sN, -XPOST), and a browser's
"Copy as cURL" runs with curl replaced by headrace.

Exit status: 0 when the stream ended well, was cut by --max-events or by the reader of the output,
or was a 204; 2 bad arguments, 4 unsupported, 6 name not resolved, 7 no connection, 18 cut short,
22 not 2xx, 23 not an event stream, 28 timeout, 56 connection lost, 60 TLS, 130 Ctrl-C. All of them: README.

Examples:
  headrace https://stream.wikimedia.org/v2/stream/recentchange --max-events 3
  headrace localhost:8080/v1/chat/completions --json @chat.json --format data --terminal '[DONE]'
  headrace localhost:8080/events --format json --idle-timeout 30 -t curl
`;

/** The command line. `done` gets the exit status of the command that ran. */
export function createProgram(done: (exitStatus: number) => void): Command {
  const program = new Command("headrace");
  program
    .description("Streams server-sent events, over curl, undici, node:http or fetch.")
    .usage("[flags] <url>\n       headrace demo | transports | conformance | serve <file>")
    .argument("[url]", "what to stream; without a scheme, http://")
    .version(pkg.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this")
    .helpCommand(false)
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({
      optionDescription: ({ description }) => description,
      helpWidth: Math.min(process.stdout.columns || 100, 110),
    })
    .addHelpText("after", epilogue);
  const flags = addStreamFlags(program);
  program.action(async (url: string | undefined) => {
    done(await (await import("./stream-command.ts")).streamCommand(url, flags()));
  });
  program.commandsGroup("Commands:");
  addCommands(program, done);
  return program;
}

function addCommands(program: Command, done: (exitStatus: number) => void): void {
  const forms = new Option("--format <format>", "text for people, json: an object a line").choices(["text", "json"]);
  program
    .command("demo")
    .description("an embedded server, and every transport streaming from it")
    .action(async () => done(await (await import("./demo/demo-command.ts")).demoCommand()));
  program
    .command("transports")
    .description("what each transport supports here")
    .addOption(forms)
    .action(async (options: { format?: "text" | "json" }) =>
      done(await (await import("./transports-command.ts")).transportsCommand(options)),
    );
  program
    .command("conformance")
    .description("hold transports to the contract, case by case")
    .option(
      "-t, --transport <name>",
      "curl, undici, node, fetch or ./module.js; may be repeated (default: all here)",
      addToList,
    )
    .option("--only <cases>", "areas, ids, or prefixes with a star: body, h2.goaway, 'req.header*'", addToList)
    .option("--report <file>", "write the results to a .html or .json file; may be repeated", addToList)
    .option("--scale <factor>", "multiply every wait and limit, on a slow machine (default: 1)", positive)
    .action(async (flags: ConformanceFlags) =>
      done(await (await import("./conformance-command.ts")).conformanceCommand(flags)),
    );
  program
    .command("serve")
    .description("serve a recorded event stream to this machine, event by event")
    .argument("<file>", "the bytes of an event stream")
    .option("--port <port>", "port (default: any free one)", wholeNumber)
    .option("--interval <ms>", "between two events (default: 50)", wholeNumber)
    .action(async (file: string, options: { port?: number; interval?: number }) =>
      done(await (await import("./serve-command.ts")).serveCommand(file, options)),
    );
}
