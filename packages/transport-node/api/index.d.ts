import { NetworkOptions, Transport } from "@headrace/core/transport";
/** Options of `nodeTransport`. A `proxy`, and any `httpVersion` but `1.1`, is `unsupported`. */
type NodeTransportOptions = NetworkOptions;
/**
 * Makes a transport over node:http and node:https.
 *
 * GET, HEAD and OPTIONS share kept connections; any other method goes out on a connection of its own, so
 * that it goes out once. Node's global agents are never used.
 *
 * @throws `unsupported` for an option that node:http cannot honour, `invalid-argument` for one that makes no sense
 */
export declare function nodeTransport(options?: NodeTransportOptions): Transport;
export type { NodeTransportOptions };
