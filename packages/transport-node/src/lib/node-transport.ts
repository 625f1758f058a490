import { checkNetworkOptions, trackExchanges, type NetworkOptions, type Transport } from "@headrace/core/transport";
import manifest from "../../package.json" with { type: "json" };
import { createNetwork } from "./network.ts";
import { runExchange } from "./run-exchange.ts";

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
  const node = { name: "node", version, supports: supportOf(options) };
  const network = createNetwork(checkNetworkOptions(options, node), `headrace/${manifest.version} ${version}`);
  const exchanges = trackExchanges((request, sink) => runExchange(network, request, sink));
  return {
    ...node,
    ...(options.unixSocket && { fixedOrigin: true }),
    send: exchanges.send,
    async close(closing) {
      await exchanges.close(closing);
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
