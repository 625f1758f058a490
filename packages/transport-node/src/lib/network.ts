import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { TransportRequest } from "@headrace/core/transport";
import { keptAgentOptions, limitIdle } from "./kept-agent.ts";
import type { NetworkSettings } from "./network-options.ts";

/** The connections of one transport. */
export interface Network {
  /** Starts a request, not ended yet: on a kept connection or, where `fresh`, on one that serves nothing else. */
  open(request: TransportRequest, fresh: boolean): ClientRequest;
  /** Closes every connection. */
  destroy(): void;
}

/** Makes the pools; opens nothing. */
export function createNetwork(settings: NetworkSettings, defaultUserAgent: string): Network {
  const { secureContext, rejectUnauthorized, unixSocket, userAgent = defaultUserAgent, addressOf } = settings;
  const tls = { secureContext, rejectUnauthorized };
  const http = { request: httpRequest, kept: new HttpAgent(keptAgentOptions), fresh: new HttpAgent() };
  const https = {
    request: httpsRequest,
    kept: new HttpsAgent({ ...keptAgentOptions, ...tls }),
    fresh: new HttpsAgent(tls),
  };
  limitIdle(http.kept);
  limitIdle(https.kept);
  return {
    open({ url, method, headers, body }, fresh) {
      const [scheme, defaultPort] = url.protocol === "https:" ? [https, "443"] : [http, "80"];
      const name = url.hostname.replace(/^\[|\]$/g, "");
      const fields: Record<string, string> = {
        host: url.host,
        "user-agent": userAgent,
        ...Object.fromEntries(headers),
      };
      if (body !== null || /^(POST|PUT|PATCH)$/.test(method)) fields["content-length"] = `${body?.byteLength ?? 0}`;
      const outgoing = scheme.request(url, {
        agent: fresh ? scheme.fresh : scheme.kept,
        hostname: addressOf(name, url.port || defaultPort) ?? name,
        servername: isIP(name) ? "" : name, // or the Host field would decide
        path: url.href.slice(url.origin.length),
        headers: fields,
        maxHeaderSize: 256 * 1024, // contract 7, row 5
        insecureHTTPParser: false,
        ...(unixSocket !== undefined && { socketPath: unixSocket }),
      });
      outgoing.method = method; // as an option it would be upper-cased
      outgoing.maxHeadersCount = 0; // or fields past 1,000 would be dropped
      return outgoing;
    },
    destroy() {
      for (const agent of [http.kept, http.fresh, https.kept, https.fresh]) agent.destroy();
    },
  };
}
