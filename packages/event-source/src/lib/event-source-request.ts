import type { HeadersSource, SubscriptionAttempt, Transport } from "@headrace/core";
import { defaultCredentialHeaders } from "@headrace/core/transport";
import type { EventSourceInit } from "./event-source.ts";

/** What core drops on a redirect to another origin (contract, section 6), besides the credential headers. */
const alwaysDropped = ["authorization", "cookie", "proxy-authorization", "host"];

/** On the wire, the cache mode `no-store` (Fetch 4.5, "HTTP-network-or-cache fetch"). A browser's fetch adds them itself. */
const noStore: readonly (readonly [string, string])[] = [
  ["cache-control", "no-cache"],
  ["pragma", "no-cache"],
];

/**
 * The request of an EventSource, which every connection makes again (WHATWG HTML 9.2.3). A redirect changes it, as in
 * Fetch: the next connection goes to where it led, and once it has left the origin the credentials are gone for good.
 */
export class EventSourceRequest {
  readonly #given: URL;
  readonly #init: EventSourceInit;
  #current: URL;
  #hasLeftOrigin = false;

  constructor(url: URL, init: EventSourceInit) {
    this.#given = this.#current = url;
    this.#init = init;
  }

  get url(): URL {
    return this.#current;
  }

  /** The origin of the event stream's final URL (9.2.6, dispatch the event, step 5). */
  get origin(): string {
    return this.#current.origin;
  }

  /** @param finalUrl of an accepted response */
  arrived(finalUrl: string): void {
    if (finalUrl === this.#current.href) return;
    this.#current = new URL(finalUrl);
    this.#sent(this.#current);
    if (this.#hasLeftOrigin) return;
    const { username, password } = this.#given;
    Object.assign(this.#current, { username, password });
  }

  /** The transport, watched: only it sees every hop. */
  watch(transport: Transport): Transport {
    return {
      ...transport,
      send: async (request, sink) => {
        this.#sent(request.url);
        await transport.send(request, sink);
      },
    };
  }

  async headers(attempt: SubscriptionAttempt): Promise<HeadersSource | undefined> {
    const { headers, transport, credentialHeaders = defaultCredentialHeaders } = this.#init;
    const source = typeof headers === "function" ? await headers(attempt) : headers;
    if (source !== undefined && (typeof source !== "object" || source === null)) return source; // Core refuses it.
    const pairs = pairsOf(source ?? {});
    const names = new Set(pairs.map(nameOf));
    const added = transport.supports.redirects === "automatic" ? [] : noStore.filter(([name]) => !names.has(name));
    const dropped = [...alwaysDropped, ...credentialHeaders].map((name) => name.toLowerCase());
    const kept = this.#hasLeftOrigin ? pairs.filter((pair) => !dropped.includes(nameOf(pair))) : pairs;
    return [...added, ...kept];
  }

  #sent(url: URL): void {
    if (url.origin !== this.#given.origin) this.#hasLeftOrigin = true;
  }
}

type Pair = readonly [string, string];

function pairsOf(source: HeadersSource): Pair[] {
  return Symbol.iterator in source ? Array.from(source) : Object.entries(source);
}

/** `""` of what is no pair: core refuses it. */
function nameOf(pair: unknown): string {
  return Array.isArray(pair) ? String(pair[0]).toLowerCase() : "";
}
