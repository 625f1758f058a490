import type { Transport } from "@headrace/core/transport";
import { curlTransport } from "@headrace/transport-curl";
import { fetchTransport } from "@headrace/transport-fetch";
import { nodeTransport } from "@headrace/transport-node";
import { undiciTransport } from "@headrace/transport-undici";

/** Every transport of ours, by name. */
export const transports: Readonly<Record<string, Transport>> = {
  undici: undiciTransport(),
  fetch: fetchTransport(),
  node: nodeTransport(),
  curl: curlTransport(),
};
