import { deepEqual } from "node:assert/strict";
import { openEventStream } from "@headrace/core";
import { nodeTransport } from "@headrace/transport-node";

async function main(): Promise<void> {
  const received: string[] = [];
  const stream = await openEventStream(process.argv[2] ?? "", { transport: nodeTransport() });
  for await (const { data } of stream) received.push(data);
  deepEqual(received, ["one", "two", "three"]);
}

void main();
