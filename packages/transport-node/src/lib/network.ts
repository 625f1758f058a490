import type { Agent, ClientRequest } from "node:http";
import type { NetworkSettings, TransportRequest } from "@headrace/core/transport";
import { keptAgentOptions, limitIdle } from "./kept-agent.ts";

/** The connections of one transport. */
export interface Network {
  /** Starts a request, not ended yet: on a kept connection or, where `fresh`, on one that serves nothing else. */
  open(request: TransportRequest, fresh: boolean): ClientRequest;
  /** Closes every connection. */
  destroy(): void;
}

/** How requests of one scheme go out. */
interface Scheme {
  readonly request: typeof import("node:https").request;
  readonly kept: Agent;
  readonly fresh: Agent;
}

/** Opens nothing, and loads node:http or node:https when it is first needed. */
export function createNetwork(settings: NetworkSettings, defaultUserAgent: string): Network {
  const { unixSocket, addressOf, userAgent = defaultUserAgent } = settings;
  const schemes = new Map<string, Scheme>();
  const schemeOf = (protocol: string): Scheme => {
    const scheme = schemes.get(protocol) ?? createScheme(protocol === "https:", settings);
    schemes.set(protocol, scheme);
    return scheme;
  };
  return {
    open({ url, method, headers, body }, fresh) {
      const { request, [fresh ? "fresh" : "kept"]: agent } = schemeOf(url.protocol);
      const name = url.hostname.replace(/^\[|\]$/g, "");
      const given = { host: url.host, "user-agent": userAgent, ...Object.fromEntries(headers) };
      const hasLength = body !== null || /^(POST|PUT|PATCH)$/.test(method);
      const outgoing = request(url, {
        agent,
        hostname: addressOf(name, Number(url.port || (url.protocol === "https:" ? 443 : 80))) ?? name,
        servername: /^[\d.]+$|:/.test(name) ? "" : name, // RFC 6066 section 3; or the Host field would decide
        path: url.href.slice(url.origin.length),
        headers: hasLength ? { ...given, "content-length": body?.byteLength ?? 0 } : given,
        maxHeaderSize: 256 * 1024, // contract 7, row 5
        insecureHTTPParser: false,
        ...(unixSocket !== undefined && { socketPath: unixSocket }),
      });
      // As an option the method would be upper-cased; with a maximum, 1,000 by default, fields would be dropped.
      return Object.assign(outgoing, { method, maxHeadersCount: 0 });
    },
    destroy() {
      for (const { kept, fresh } of schemes.values()) for (const agent of [kept, fresh]) agent.destroy();
    },
  };
}

function createScheme(isSecure: boolean, { ca, cert, key, insecure }: NetworkSettings): Scheme {
  if (!isSecure) {
    const { request, Agent } = process.getBuiltinModule("node:http");
    return { request, kept: limitIdle(new Agent(keptAgentOptions)), fresh: new Agent() };
  }
  const { request, Agent } = process.getBuiltinModule("node:https");
  const secureContext = process.getBuiltinModule("node:tls").createSecureContext({ ca, cert, key });
  const tls = { secureContext, rejectUnauthorized: !insecure };
  return { request, kept: limitIdle(new Agent({ ...keptAgentOptions, ...tls })), fresh: new Agent(tls) };
}
