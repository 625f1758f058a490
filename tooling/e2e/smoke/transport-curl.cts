import { deepEqual } from "node:assert/strict";
import { asHeadraceError, forEachEventSync } from "@headrace/core";
import { curlTransport } from "@headrace/transport-curl";

try {
  const received: string[] = [];
  forEachEventSync(process.argv[2] ?? "", { transport: curlTransport() }, ({ data }) => {
    received.push(data);
  });
  deepEqual(received, ["one", "two", "three"]);
} catch (error) {
  if (!asHeadraceError(error, "library-missing")) throw error;
  console.log("libcurl is not installed");
  process.exitCode = 77;
}
