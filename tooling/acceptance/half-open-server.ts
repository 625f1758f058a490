import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";

// The peer of half-open-clients.ts, in a network namespace of its own: it answers with one event, and no more. Each line of its
// input is done and answered. It ends when its input does.

const address = "10.77.0.2";
let events = 0;
const server = createServer((_, response) => {
  events++;
  response.writeHead(200, { "content-type": "text/event-stream" }).write(`id: ${events}\ndata: ${events}\n\n`);
});

/** The link's own end of it taken down sends nothing: for the other side the peer is silent. */
const commands: Readonly<Record<string, () => Promise<string> | string>> = {
  async start() {
    execFileSync("ip", ["address", "add", `${address}/30`, "dev", "peer"]);
    execFileSync("ip", ["link", "set", "peer", "up"]);
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return `http://${address}:${(server.address() as AddressInfo).port}/`;
  },
  down() {
    execFileSync("ip", ["link", "set", "peer", "down"]);
    return "down";
  },
  up() {
    execFileSync("ip", ["link", "set", "peer", "up"]);
    return "up";
  },
};

console.log("here");
for await (const line of createInterface(process.stdin)) console.log(await commands[line]?.());
process.exit();
