import { equal } from "node:assert/strict";
import { createFetch } from "@headrace/core/fetch";
import { nodeTransport } from "@headrace/transport-node";

async function main(): Promise<void> {
  const fetch: typeof globalThis.fetch = createFetch(nodeTransport());
  const response = await fetch(process.argv[2] ?? "");
  equal(await response.text(), "data: one\n\ndata: two\n\ndata: three\n\n");
}

void main();
