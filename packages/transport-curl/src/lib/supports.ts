import type { TransportSupport } from "@headrace/core/transport";
import { decodableCodings } from "./content-decoding.ts";
import { Option } from "./curl-constants.ts";
import { hasFeature, type Libcurl } from "./libcurl.ts";
import { createEasy } from "./setopt.ts";

const known = new WeakMap<Libcurl, TransportSupport>();

/** What this libcurl can do: from `curl_version_info`, and from which options it takes. */
export function supportOf(curl: Libcurl): TransportSupport {
  const found = known.get(curl) ?? readSupport(curl);
  known.set(curl, found);
  return found;
}

/** Of the TLS libraries that are in use, those to which `CURLOPT_SSLKEY_BLOB` gets; the others take it and do nothing. */
const keyInMemory = /(^| )(OpenSSL|LibreSSL|BoringSSL|AWS-LC|quictls|wolfSSL)\//;

function readSupport(curl: Libcurl): TransportSupport {
  const tls = hasFeature(curl, "ssl");
  const proxies = takes(curl, Option.proxy);
  return {
    contract: 1,
    sync: true,
    http2: tls && hasFeature(curl, "http2"),
    http3: hasFeature(curl, "http3"),
    connectTimeout: true,
    redirects: "manual",
    proxy: !proxies ? [] : hasFeature(curl, "httpsProxy") ? [...plainProxies, "https"] : plainProxies,
    unixSocket: hasFeature(curl, "unixSockets"),
    customCa: tls && takesBlob(curl, Option.caInfoBlob),
    clientCertificate: tls && takesBlob(curl, Option.sslKeyBlob) && keyInMemory.test(curl.version),
    insecure: tls,
    resolve: takes(curl, Option.resolve),
    decompression: decodableCodings(),
    forbiddenHeaders: [],
    httpVersion: "exact",
    statusText: true,
    trailers: true,
    // RST_STREAM(NO_ERROR) without END_STREAM looks like an end (7.88.1 to 8.23, curl/curl#6015), and so does a
    // connection that libcurl gives up for a bad frame (7.88.1).
    endProof: { closeDelimited: true, http2: false, decompression: true },
    errorDetail: "exact",
    backpressure: "bounded",
    hiddenIdleLimit: 0,
    ambient: [],
  };
}

const plainProxies = ["http", "socks5", "socks5h"] as const;

function takes(curl: Libcurl, option: number): boolean {
  return tried(curl, (easy) => curl.setPointer(easy, option, null));
}

function takesBlob(curl: Libcurl, option: number): boolean {
  return tried(curl, (easy) => curl.setBlob(easy, option, new Uint8Array(1)));
}

function tried(curl: Libcurl, set: (easy: bigint) => number): boolean {
  let taken = false;
  const easy = createEasy(curl, (setopt) => (taken = set(setopt.easy) === 0));
  curl.easyCleanup(easy);
  return taken;
}
