import { deepEqual } from "node:assert/strict";
import { asHeadraceError, forEachEvent } from "@headrace/core";
import { curlTransport } from "@headrace/transport-curl";

try {
  const received: string[] = [];
  const summary = await forEachEvent(process.argv[2] ?? "", { transport: curlTransport() }, ({ data }) => {
    received.push(data);
  });
  deepEqual(received, ["one", "two", "three"]);
  deepEqual(summary.eventsDelivered, 3);
  // nothing is closed: a program that has finished streaming exits by itself
} catch (error) {
  if (!asHeadraceError(error, "library-missing")) throw error;
  console.log("libcurl is not installed");
  process.exitCode = 77;
}
