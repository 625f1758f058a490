import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { asHeadraceError, forEachEvent, subscribe, type Transport } from "@headrace/core";
import { clients } from "./clients.ts";

// Every transport against a peer that vanishes without a word, run by half-open.test.ts in a network namespace, from where it
// starts the peer in another. Nothing outside of the two is touched, and both end with their processes. Prints one line of JSON.

const idle = 1000;
const peer = spawn("unshare", ["--net", process.execPath, new URL("half-open-server.ts", import.meta.url).pathname], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface(peer.stdout)[Symbol.asyncIterator]();

async function tell(command: string): Promise<string> {
  peer.stdin.write(`${command}\n`);
  return (await answers.next()).value ?? "";
}

/** Calls `then` once, when every transport has been here; resolves when that is done. */
function gate(count: number, then: () => Promise<unknown>): () => Promise<void> {
  let here = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (++here === count) void then().then(open);
    await opened;
  };
}

await answers.next();
execFileSync("ip", ["link", "add", "here", "type", "veth", "peer", "name", "peer", "netns", String(peer.pid)]);
execFileSync("ip", ["address", "add", "10.77.0.1/30", "dev", "here"]);
execFileSync("ip", ["link", "set", "here", "up"]);
const url = await tell("start");

const transports = clients
  .filter(({ name }) => !name.includes("blocking"))
  .map(({ name, create }) => ({ name, transport: create() }));
const heard = gate(transports.length, () => tell("down"));
const ended = gate(transports.length, () => tell("up"));
const heardAgain = gate(transports.length, () => tell("down"));
const noticed = gate(transports.length, () => tell("up"));

/** One response: how it ends, and how long after its last byte. */
async function read(transport: Transport) {
  let lastByte = 0;
  const reason: unknown = await forEachEvent(url, { transport, timeouts: { idle } }, () => {
    lastByte = performance.now();
    void heard();
  }).catch((thrown: unknown) => thrown);
  const error = asHeadraceError(reason);
  const result = { code: error?.code, phase: error?.phase, after: Math.round(performance.now() - lastByte) };
  await ended();
  return result;
}

/** A subscription: why it reconnects, and that it gets on when the link is back. */
async function keepAlive(transport: Transport) {
  const causes: string[] = [];
  let connections = 0;
  const onResponse = (): void => void connections++;
  const onRetry = ({ cause }: { cause: unknown }): void => {
    const error = asHeadraceError(cause);
    causes.push(`${error?.code} ${error?.phase}`);
    void noticed();
  };
  const retry = { delay: 100, minDelay: 100, maxDelay: 100 };
  const timeouts = { idle, head: 5000 };
  for await (const _ of subscribe(url, { transport, retry, onRetry, onResponse, timeouts })) {
    if (connections > 1) break;
    void heardAgain();
  }
  return { causes, connections };
}

const results = await Promise.all(
  transports.map(async ({ name, transport }) => {
    const once = await read(transport);
    return [name, { once, subscription: await keepAlive(transport) }];
  }),
);
console.log(JSON.stringify({ idle, results: Object.fromEntries(results) as unknown }));
process.exit();
