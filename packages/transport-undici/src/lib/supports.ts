import type { TransportSupport } from "@headrace/core/transport";
import { contentCodings } from "./content-decoding.ts";

/** What can be done over connections of our own. */
export function ownSupport(customCa: boolean): TransportSupport {
  return {
    contract: 1,
    sync: false,
    http2: true,
    http3: false,
    connectTimeout: true,
    redirects: "manual",
    proxy: ["http", "https", "socks5", "socks5h"],
    unixSocket: true,
    customCa: true,
    clientCertificate: true,
    insecure: true,
    resolve: true,
    decompression: contentCodings(),
    forbiddenHeaders: [],
    httpVersion: "exact",
    statusText: true,
    trailers: true,
    endProof: { closeDelimited: true, http2: true, decompression: true },
    errorDetail: "exact",
    backpressure: "bounded",
    hiddenIdleLimit: 0,
    // NODE_EXTRA_CA_CERTS and --use-system-ca add to what Node trusts, unless `ca` replaces it.
    ambient: customCa ? [] : ["ca"],
  };
}

/** What can be done over a dispatcher of the caller's, whose connections are out of sight. */
export const dispatcherSupport = (): TransportSupport => ({
  ...ownSupport(false),
  http2: false,
  connectTimeout: false,
  proxy: [],
  unixSocket: false,
  customCa: false,
  clientCertificate: false,
  insecure: false,
  resolve: false,
  httpVersion: "none",
  endProof: { closeDelimited: false, http2: false, decompression: true },
  ambient: ["ca", "tls-verify"],
});
