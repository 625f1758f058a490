import type { Transport } from "@headrace/core";

/** Our transports by name; each is loaded when it is asked for. */
export const ourTransports: Readonly<Record<"curl" | "undici" | "node" | "fetch", () => Promise<Transport>>> = {
  curl: async () => (await import("@headrace/transport-curl")).curlTransport(),
  undici: async () => (await import("@headrace/transport-undici")).undiciTransport(),
  node: async () => (await import("@headrace/transport-node")).nodeTransport(),
  fetch: async () => (await import("@headrace/transport-fetch")).fetchTransport(),
};
