import type { TransportSupport } from "@headrace/core/transport";

/** What is known of the fetch at hand. */
export interface FetchRuntime {
  readonly version: string;
  readonly supports: TransportSupport;
}

interface Host {
  process?: { versions?: Record<string, string | undefined>; type?: string };
  navigator?: { userAgent?: string };
  Deno?: unknown;
  EdgeRuntime?: unknown;
}

/** Fetch standard, "forbidden request-header", less what core refuses anyway; and User-Agent, which Chromium drops in silence. */
const forbiddenInBrowsers =
  "accept-charset accept-encoding access-control-request-headers access-control-request-method cookie cookie2 date dnt host origin referer set-cookie user-agent via";

/**
 * Says what a fetch can do, from the environment it is in: fetch itself has no way to tell.
 *
 * A browser (anything that is not Node, Bun, Deno or Cloudflare Workers) hides redirects, drops headers and gives no
 * reason for a failure. Node's own fetch is undici with its time-outs on and the environment's settings.
 *
 * @param own whether it is the environment's own fetch, and not one that was given
 */
export function fetchRuntime(own: boolean): FetchRuntime {
  const { process, navigator, Deno } = globalThis as Host;
  const versions = process?.versions ?? {};
  const agent = navigator?.userAgent ?? "";
  const node = versions["undici"] !== undefined && !versions["bun"] && !Deno && process?.type !== "renderer";
  const browser = !node && !versions["bun"] && !Deno && !/^(Node\.js|Cloudflare-Workers)/.test(agent);
  const nodes = node && own;
  return {
    version: nodes ? `node/${versions["node"]} undici/${versions["undici"]}` : (own && agent) || "fetch",
    supports: {
      contract: 1,
      sync: false,
      http2: false,
      http3: false,
      connectTimeout: false,
      redirects: browser ? "automatic" : "manual",
      proxy: [],
      unixSocket: false,
      customCa: false,
      clientCertificate: false,
      insecure: false,
      resolve: false,
      decompression: decompression(
        browser ? Infinity : nodes ? parseInt(versions["undici"] ?? "") : 0,
        Deno !== undefined,
      ),
      // Node's fetch overwrites these two (run on 22, 24 and 26).
      forbiddenHeaders: browser ? forbiddenInBrowsers.split(" ") : nodes ? ["host", "sec-fetch-mode"] : [],
      httpVersion: "none",
      statusText: Deno === undefined, // Deno makes its own of the status (run on 2.9).
      trailers: false,
      endProof: { closeDelimited: false, http2: false, decompression: false },
      errorDetail: node ? "exact" : "coarse",
      // Chromium takes some 64 MiB that nobody reads (run on 150).
      backpressure: browser || versions["bun"] ? "none" : "bounded",
      // undici's bodyTimeout, which fetch has no option for.
      hiddenIdleLimit: nodes ? 300_000 : 0,
      ambient: nodes ? ["proxy", "ca", "tls-verify"] : browser ? ["proxy", "ca", "cookies"] : [],
    },
  };
}

/**
 * Which content codings are undone, as run: Node 24 and 26 know zstd, Node 22 hands it through, and Deno does so with
 * deflate. A browser asks for what it can undo, and nobody else can ask.
 */
function decompression(undici: number, deno: boolean): TransportSupport["decompression"] {
  if (deno) return ["gzip", "br"];
  return undici > 6 ? ["gzip", "deflate", "br", "zstd"] : ["gzip", "deflate", "br"];
}
