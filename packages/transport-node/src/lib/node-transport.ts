import { once } from "node:events";
import { TransportError, type NetworkOptions, type Transport } from "@headrace/core/transport";
import manifest from "../../package.json" with { type: "json" };
import { runExchange } from "./exchange.ts";
import { readNetworkOptions } from "./network-options.ts";
import { createNetwork } from "./network.ts";

/** Options of `nodeTransport`. A `proxy`, and any `httpVersion` but `1.1`, is `unsupported`. */
export type NodeTransportOptions = NetworkOptions;

/**
 * Makes a transport over node:http and node:https.
 *
 * GET, HEAD and OPTIONS share kept connections; any other method goes out on a connection of its own, so
 * that it goes out once. Node's global agents are never used.
 *
 * @throws `unsupported` for an option that node:http cannot honour, `invalid-argument` for one that makes no sense
 */
export function nodeTransport(options: NodeTransportOptions = {}): Transport {
  const version = `node/${process.versions.node}`;
  const network = createNetwork(readNetworkOptions(options), `headrace/${manifest.version} ${version}`);
  const inFlight = new Map<AbortController, Promise<void>>();
  const closedError = (): Error => new TransportError("closed", "the transport is closed");
  let closed = false;
  return {
    name: "node",
    version,
    supports: supportOf(options),
    ...(options.unixSocket !== undefined && { fixedOrigin: true }),
    async send(request, sink) {
      if (closed) throw closedError();
      const { signal } = request;
      signal.throwIfAborted();
      const stop = new AbortController();
      const onAbort = (): void => stop.abort(signal.reason);
      signal.addEventListener("abort", onAbort);
      const stopped = once(stop.signal, "abort").then(() => Promise.reject(stop.signal.reason));
      const settled = Promise.race([stopped, runExchange({ network, request, sink, stop })]).finally(() => {
        inFlight.delete(stop);
        signal.removeEventListener("abort", onAbort);
      });
      inFlight.set(stop, settled);
      return settled;
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force) for (const stop of inFlight.keys()) stop.abort(closedError());
      await Promise.allSettled(inFlight.values());
      network.destroy();
    },
  };
}

function supportOf({ ca }: NodeTransportOptions): Transport["supports"] {
  return {
    contract: 1,
    connectTimeout: true,
    redirects: "manual",
    unixSocket: true,
    customCa: true,
    clientCertificate: true,
    insecure: true,
    resolve: true,
    httpVersion: "exact",
    statusText: true,
    trailers: true,
    endProof: { closeDelimited: true, http2: false, decompression: false },
    errorDetail: "exact",
    backpressure: "bounded",
    hiddenIdleLimit: 0,
    // NODE_EXTRA_CA_CERTS and --use-system-ca add to what Node trusts, unless `ca` replaces it.
    ambient: ca === undefined ? ["ca"] : [],
  };
}
