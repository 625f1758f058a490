import { TransportError, type NetworkOptions, type Transport } from "@headrace/core/transport";

export type NodeTransportOptions = NetworkOptions;

export function nodeTransport(_options: NodeTransportOptions = {}): Transport {
  throw new TransportError("unsupported", "not written yet");
}
