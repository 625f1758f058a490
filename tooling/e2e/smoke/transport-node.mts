import { deepEqual } from "node:assert/strict";
import { forEachEvent } from "@headrace/core";
import { nodeTransport } from "@headrace/transport-node";

const received: string[] = [];
const summary = await forEachEvent(process.argv[2] ?? "", { transport: nodeTransport() }, ({ data }) => {
  received.push(data);
});
deepEqual(received, ["one", "two", "three"]);
deepEqual(summary.eventsDelivered, 3);
// nothing is closed: a program that has finished streaming exits by itself
