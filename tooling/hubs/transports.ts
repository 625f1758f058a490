import type { NetworkOptions, Transport } from "@headrace/core/transport";

/** Loads one transport and no other: a program that is started a hundred times pays for what it uses. */
export type TransportName = "curl" | "undici" | "fetch" | "node";

export const transportNames: readonly TransportName[] = ["curl", "undici", "fetch", "node"];

/** Makes the transport of this name. */
export async function createTransport(name: TransportName, options: NetworkOptions = {}): Promise<Transport> {
  if (name === "curl") return (await import("@headrace/transport-curl")).curlTransport(options);
  if (name === "undici") return (await import("@headrace/transport-undici")).undiciTransport(options);
  if (name === "fetch") return (await import("@headrace/transport-fetch")).fetchTransport(options);
  return (await import("@headrace/transport-node")).nodeTransport(options);
}
