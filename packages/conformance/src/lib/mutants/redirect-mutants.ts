import { type ResponseHead, TransportError, type TransportRequest } from "@headrace/core/transport";
import { calls, verbs } from "./verb-mutant.ts";
import { changes, codeOf, delivers, type Mutant, sends, withHeader } from "./mutant.ts";

interface Earlier {
  readonly request: TransportRequest;
  readonly head: ResponseHead;
}

/** Breaks a request by what the same transport was asked and answered before. */
function remembers(
  name: string,
  fails: readonly string[],
  change: (request: TransportRequest, last: Earlier, first: Earlier) => Partial<TransportRequest>,
): Mutant {
  return sends(name, fails, (send) => {
    const earlier: Earlier[] = [];
    return (request, sink) => {
      const [first, last] = [earlier[0], earlier.at(-1)];
      const changed = first && last ? { ...request, ...change(request, last, first) } : request;
      const head = (received: ResponseHead): void => {
        earlier.push({ request, head: received });
        sink.head(received);
      };
      return send(changed, { head, body: (bytes) => sink.body(bytes) });
    };
  });
}

/** Delivers the head with another Location. */
function relocates(
  name: string,
  fails: readonly string[],
  change: (location: string | null, head: ResponseHead) => string | null,
): Mutant {
  return delivers(name, fails, (sink) => ({
    head(head) {
      const headers = new Headers(head.headers);
      const location = change(headers.get("location"), head);
      headers.delete("location");
      if (location !== null) headers.set("location", location);
      sink.head({ ...head, headers });
    },
  }));
}

function without(headers: Headers, name: string): Headers {
  const copy = new Headers(headers);
  copy.delete(name);
  return copy;
}

function withAuthorizationOf({ request }: Earlier, headers: Headers): Headers {
  const authorization = request.headers.get("authorization");
  return authorization === null ? headers : withHeader(headers, "authorization", authorization);
}

/** Calls the sink and goes on, whatever that does. */
function unlessUnwanted(call: () => unknown): void {
  try {
    call();
  } catch {}
}

/** Redirects that go wrong below core, or in it. */
export const redirectMutants: readonly Mutant[] = [
  relocates("hides-the-location", ["redir.get", "redir.chain"], () => null),
  relocates("invents-a-location", ["redir.location-missing", "redir.location-empty"], (location) => location || "/"),
  relocates("resolves-against-the-origin", ["redir.relative"], (location, { url }) =>
    location === null || !URL.canParse(location, url) ? location : new URL(location, new URL(url).origin).href,
  ),
  remembers("keeps-the-post-on-303", ["redir.post-becomes-get"], (_request, { head }, first) =>
    head.status <= 303 ? { method: first.request.method, body: first.request.body } : {},
  ),
  remembers("turns-post-into-get-on-307", ["redir.post-kept"], (_request, { head }) =>
    head.status >= 307 ? { method: "GET", body: null } : {},
  ),
  remembers("turns-put-into-get-on-301", ["redir.put-kept"], (_request, { head }) =>
    head.status <= 302 ? { method: "GET", body: null } : {},
  ),
  remembers("forgets-authorization-on-redirect", ["redir.credentials-same-origin"], ({ headers }) => ({
    headers: without(headers, "authorization"),
  })),
  remembers(
    "keeps-authorization-cross-origin",
    ["redir.credentials-cross-origin", "redir.credentials-downgrade"],
    ({ headers }, _last, first) => ({
      headers: withAuthorizationOf(first, headers),
    }),
  ),
  remembers("restores-authorization", ["redir.credentials-stay-dropped"], ({ headers, url }, _last, first) => ({
    headers: first.request.url.origin === url.origin ? withAuthorizationOf(first, headers) : headers,
  })),
  remembers("uses-the-userinfo-of-a-location", ["redir.userinfo-target"], ({ headers, url }, { head }) => {
    const { username, password } = new URL(head.headers.get("location") ?? "", url);
    return username === ""
      ? {}
      : { headers: withHeader(headers, "authorization", `Basic ${btoa(username + password)}`) };
  }),
  delivers("takes-307-for-303", ["redir.body-with-credentials"], (sink) => ({
    head: (head) => sink.head(head.status === 307 ? { ...head, status: 303 } : head),
  })),
  changes("does-not-say-that-its-origin-is-fixed", ["redir.unix-socket"], (reference) => ({
    ...reference,
    fixedOrigin: false,
  })),
  verbs("redirect-loop-unbounded", ["redir.loop"], (core) => ({
    async request(url, init) {
      for (let times = 1; ; times++) {
        try {
          return await core.request(url, init);
        } catch (error) {
          if (codeOf(error) !== "redirect" || times === 3) throw error;
        }
      }
    },
  })),
  sends(
    "reads-what-is-not-wanted-to-its-end",
    ["redir.endless-body", "verb.status-endless", "redir.stalled-body"],
    (send) => {
      return (request, sink) => {
        const { signal } = request;
        const later = new AbortController();
        let wanted = true;
        signal.addEventListener("abort", () => (wanted ? later.abort(signal.reason) : undefined));
        return send(
          { ...request, signal: later.signal },
          {
            head(head) {
              wanted = head.status < 300;
              if (wanted) return sink.head(head);
              unlessUnwanted(() => sink.head(head));
            },
            body: (bytes) => (wanted ? sink.body(bytes) : unlessUnwanted(() => sink.body(bytes))),
          },
        );
      };
    },
  ),
  calls("follows-whatever-the-mode", ["redir.modes"], () => ({ init: { redirect: "follow" } })),
  delivers("refuses-a-location-of-another-scheme", ["redir.other-schemes"], (sink) => ({
    head(head) {
      if (/^(?!http)[a-z]+:/.test(head.headers.get("location") ?? "")) {
        throw new TransportError("protocol", "a Location of another scheme", { phase: "head" });
      }
      sink.head(head);
    },
  })),
];
