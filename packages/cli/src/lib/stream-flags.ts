import type { Terminal } from "@headrace/core";
import { type Command, Option } from "commander";
import { bytes, count, seconds, secondsOrAuto, terminal, wholeNumber } from "./option-values.ts";
import type { DataPart } from "./request-data.ts";

/** How events are printed. */
export type Format = "text" | "json" | "data" | "raw";

/** What the flags of a streaming call say, times in ms. */
export interface StreamFlags {
  readonly request?: string;
  readonly header: readonly string[];
  /** The `--data` family and `--json`, in order. */
  readonly data: readonly DataPart[];
  readonly form: readonly string[];
  readonly get?: boolean;
  readonly url?: string;
  readonly user?: string;
  readonly oauth2Bearer?: string;
  readonly userAgent?: string;
  readonly cookie: readonly string[];
  readonly referer?: string;
  readonly compressed?: boolean;

  readonly maxTime?: number;
  readonly connectTimeout?: number;
  readonly retry?: number;
  readonly insecure?: boolean;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly proxy?: string;
  readonly unixSocket?: string;
  readonly resolve: readonly string[];
  readonly "http1.1"?: boolean;
  readonly http2?: boolean;
  readonly http2PriorKnowledge?: boolean;
  readonly http3?: boolean;

  readonly output?: string;
  readonly include?: boolean;
  readonly verbose?: boolean;
  readonly silent?: boolean;
  readonly showError?: boolean;

  readonly transport?: string;
  readonly blocking?: boolean;
  readonly format?: Format;
  readonly parse?: boolean;
  readonly comments?: boolean;
  readonly stats?: boolean;
  readonly maxEvents?: number;
  readonly terminal?: Terminal;
  readonly eof?: "dispatch" | "discard" | "error";
  readonly lastEventId?: string;
  readonly reconnect?: boolean;
  readonly cursorFile?: string;
  readonly maxEventSize?: number;
  readonly anyContentType?: boolean;
  readonly headTimeout?: number;
  readonly firstEventTimeout?: number;
  readonly idleTimeout?: number | "auto";
}

/** Adds the flags of a streaming call, grouped for `--help`; returns a function that reads them after the parse. */
export function addStreamFlags(command: Command): () => StreamFlags {
  const data: DataPart[] = [];
  const part = (kind: DataPart["kind"]) => (value: string) => void data.push({ kind, value });
  addEventStreamFlags(command);
  addRequestFlags(command, part);
  addConnectionFlags(command);
  addOutputFlags(command);
  for (const flags of alreadySo) command.addOption(new Option(flags).hideHelp());
  return () => ({ ...noValues, ...command.opts<Omit<StreamFlags, "data">>(), data });
}

function addEventStreamFlags(command: Command): void {
  command.optionsGroup("Event stream:");
  command
    .option(
      "-t, --transport <name>",
      "curl, undici, node, fetch or ./module.js (default: undici; fetch on Bun and Deno)",
    )
    .addOption(
      new Option(
        "--format <format>",
        "text for people; json: an object a line; data: the data a line; raw: the bytes",
      ).choices(["text", "json", "data", "raw"]),
    )
    .option("--terminal <text>", "the stream ends with this data ('[DONE]'), or with type:NAME", terminal)
    .option("--parse", "parse each event's data as JSON")
    .option("--max-events <n>", "end after so many events", count)
    .option("--comments", "print comments too")
    .option("--stats", "time to head and first event, counts, rates")
    .option("--reconnect", "connect again when the stream ends or breaks, from the event last printed")
    .option("--last-event-id <id>", "resume after this event")
    .option("--cursor-file <file>", "resume after the event that this file names, and keep it up to date")
    .addOption(
      new Option(
        "--eof <what>",
        "an unfinished last event: dispatch it, discard it, or fail with an error (default: dispatch)",
      ).choices(["dispatch", "discard", "error"]),
    )
    .option("--head-timeout <seconds>", "from the call to the response's head", seconds)
    .option("--first-event-timeout <seconds>", "from the head to the first event", seconds)
    .option("--idle-timeout <seconds>", "between one piece of body and the next; auto learns the rhythm", secondsOrAuto)
    .option("--max-event-size <bytes>", "the most that one event may take (default: 16M)", bytes)
    .option("--any-content-type", "read a response that is not text/event-stream all the same")
    .option("--blocking", "use the blocking call, over curl");
}

function addRequestFlags(command: Command, part: (kind: DataPart["kind"]) => (value: string) => void): void {
  command.optionsGroup("Request, as curl:");
  command
    .option("-X, --request <method>", "the method (default: GET, with data POST)")
    .option("-H, --header <line>", "'Name: value', 'Name;' for an empty one, @file for many", list)
    .option("-d, --data <data>", "send data; @file, @- for standard input", part("data"))
    .option("--data-raw <data>", "the same, but @ means nothing", part("raw"))
    .option("--data-binary <data>", "the same as --data, line ends kept", part("binary"))
    .option("--data-urlencode <data>", "the same, percent-encoded", part("urlencode"))
    .option("--json <data>", "send JSON; @file, @-", part("json"))
    .option("-F, --form <part>", "multipart: name=text, name=@file, name=<file", list)
    .option("-G, --get", "put the data into the URL")
    .option("-u, --user <user:password>", "basic authentication")
    .option("--oauth2-bearer <token>", "bearer authentication")
    .option("-A, --user-agent <name>", "the User-Agent")
    .option("-b, --cookie <cookies>", "'name=value; name=value'", list)
    .option("-e, --referer <url>", "the Referer")
    .option("--compressed", "allow content codings (an event stream seldom gains by them)")
    .addOption(new Option("--url <url>", "the URL").hideHelp());
}

function addConnectionFlags(command: Command): void {
  command.optionsGroup("Connection, as curl:");
  command
    .option("-m, --max-time <seconds>", "for the whole call", seconds)
    .option("--connect-timeout <seconds>", "to open a connection (default: 10)", seconds)
    .option(
      "--retry <n>",
      "try again after refused connections and, unless POST, 408, 429 and 5xx; with --reconnect, so often in a row",
      wholeNumber,
    )
    .option("-k, --insecure", "accept any certificate; for tests")
    .option("--cacert <file>", "trust these PEM certificates")
    .option("-E, --cert <file>", "PEM client certificate")
    .option("--key <file>", "its private key")
    .option("-x, --proxy <url>", "proxy; '' for none (default: the environment's http_proxy, https_proxy, no_proxy)")
    .option("--unix-socket <path>", "connect to this socket")
    .option("--resolve <host:port:address>", "use this address", list)
    .option("--http1.1", "HTTP/1.1 (default)")
    .option("--http2", "HTTP/2 over TLS")
    .option("--http2-prior-knowledge", "HTTP/2 without TLS")
    .option("--http3", "HTTP/3");
}

function addOutputFlags(command: Command): void {
  command.optionsGroup("Output, as curl:");
  command
    .option("-o, --output <file>", "write to a file")
    .option("-i, --include", "print the response's head first")
    .option("-v, --verbose", "requests and responses on standard error, secrets redacted")
    .option("-s, --silent", "no error messages")
    .option("-S, --show-error", "but with -s");
}

const noValues = { header: [], form: [], cookie: [], resolve: [] };

/** What this command does anyway. */
const alreadySo = [
  "-N, --no-buffer",
  "-L, --location",
  "-f, --fail",
  "--fail-with-body",
  "-g, --globoff",
  "-#, --progress-bar",
  "--no-progress-meter",
  "--basic",
  "--tcp-nodelay",
  "--no-sessionid",
  "-q, --disable",
  "-1, --tlsv1",
  "--tlsv1.0",
  "--tlsv1.1",
  "--tlsv1.2",
];

function list(value: string, before: string[] = []): string[] {
  return [...before, value];
}
