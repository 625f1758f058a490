import { deepEqual } from "node:assert/strict";
import { openEventStream } from "@headrace/core";
import { undiciTransport } from "@headrace/transport-undici";

async function main(): Promise<void> {
  const received: string[] = [];
  const stream = await openEventStream(process.argv[2] ?? "", { transport: undiciTransport() });
  for await (const { data } of stream) received.push(data);
  deepEqual(received, ["one", "two", "three"]);
}

void main();
