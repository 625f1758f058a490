import { type ResponseSink, TransportError } from "@headrace/core/transport";
import { sends, delivers, settles, codeOf, withHeader, type Mutant } from "./mutant.ts";

/** Heads that are changed or judged. */
export const headMutants: readonly Mutant[] = [
  delivers("joins-set-cookie", ["head.set-cookie"], (sink) => ({
    head(head) {
      const headers = new Headers([...head.headers].filter(([name]) => name !== "set-cookie"));
      headers.append("set-cookie", head.headers.getSetCookie().join(", "));
      sink.head({ ...head, headers });
    },
  })),
  delivers("keeps-first-of-two-fields", ["head.header-duplicate"], (sink) => ({
    head(head) {
      const headers = new Headers(
        [...head.headers].map(([name, value]) => [name, value.split(", ")[0] ?? ""] as [string, string]),
      );
      sink.head({ ...head, headers });
    },
  })),
  delivers("judges-the-status", ["head.status-codes", "head.error-body"], (sink) => ({
    head(head) {
      if (head.status >= 400) throw new TransportError("protocol", `status ${head.status}`);
      sink.head(head);
    },
  })),
  sends(
    "asks-again-after-a-refusal",
    ["head.status-401-once", "head.status-407-once", "head.status-421-once", "head.status-425-once"],
    (send) => async (request, sink) => {
      let status = 0;
      await send(request, { head: (head) => void (status = head.status), body: () => {} });
      if (status >= 400) await send(request, sink);
    },
  ),
  delivers("calls-every-version-1.0", ["head.http-version"], (sink) => ({
    head: (head) => sink.head({ ...head, httpVersion: "1.0" }),
  })),
  delivers("calls-http10-http11", ["head.http10"], (sink) => ({
    head: (head) => sink.head({ ...head, httpVersion: "1.1" }),
  })),
  delivers("calls-every-response-redirected", ["head.before-body"], (sink) => ({
    head: (head) => sink.head({ ...head, redirected: true }),
  })),
  delivers("lower-cases-content-types", ["head.content-type-kept"], (sink) => ({
    head(head) {
      const type = head.headers.get("content-type")?.toLowerCase() ?? "text/plain";
      sink.head({ ...head, headers: withHeader(head.headers, "content-type", type) });
    },
  })),
  sends("keeps-fields-of-the-last-response", ["head.status-codes"], (send) => {
    const kept = new Headers();
    return (request, sink) => {
      const head: ResponseSink["head"] = (received) => {
        for (const [name, value] of received.headers) kept.set(name, value);
        sink.head({ ...received, headers: new Headers(kept) });
      };
      return send(request, { head, body: (bytes) => sink.body(bytes) });
    };
  }),
  delivers("refuses-http10", ["head.http10"], (sink) => ({
    head(head) {
      if (head.httpVersion === "1.0") throw new TransportError("protocol", "too old", { phase: "head" });
      sink.head(head);
    },
  })),
  delivers("drops-empty-fields", ["head.header-empty"], (sink) => ({
    head: (head) => sink.head({ ...head, headers: new Headers([...head.headers].filter(([, value]) => value !== "")) }),
  })),
  delivers("replaces-what-is-not-ascii", ["head.header-non-ascii", "head.location-kept"], (sink) => ({
    head(head) {
      const ascii = ([name, value]: [string, string]): [string, string] => [name, value.replaceAll(/[^\0-\x7f]/g, "?")];
      sink.head({ ...head, headers: new Headers([...head.headers].map(ascii)) });
    },
  })),
  delivers("trims-what-unicode-calls-space", ["head.header-nbsp"], (sink) => ({
    head(head) {
      const trimmed = ([name, value]: [string, string]): [string, string] => [name, value.trim()];
      sink.head({ ...head, headers: new Headers([...head.headers].map(trimmed)) });
    },
  })),
  delivers("resolves-every-location", ["redir.other-schemes"], (sink) => ({
    head(head) {
      const location = head.headers.get("location");
      if (location === null || !URL.canParse(location, head.url)) return sink.head(head);
      return sink.head({ ...head, headers: withHeader(head.headers, "location", new URL(location, head.url).href) });
    },
  })),
  delivers("loses-the-reason", ["head.reason"], (sink) => ({ head: (head) => sink.head({ ...head, statusText: "" }) })),
  delivers("drops-content-type-parameters", ["head.content-type-kept"], (sink) => ({
    head(head) {
      const type = (head.headers.get("content-type") ?? "").split(";")[0] ?? "";
      sink.head({ ...head, headers: withHeader(head.headers, "content-type", type) });
    },
  })),
  settles("calls-garbage-a-reset", ["head.http09", "head.garbage", "head.length-invalid"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "protocol" ? new TransportError("reset", "lost", { phase: "head" }) : error;
    }),
  ),
  sends("follows-redirects", ["redir.none", "redir.scheme"], (send) => async (request, sink) => {
    let next: URL | undefined;
    await send(request, {
      head(head) {
        const location = head.status < 400 && head.status >= 300 ? head.headers.get("location") : null;
        if (location === null) return sink.head(head);
        next = new URL(location, request.url);
        return undefined;
      },
      body: (bytes) => (next === undefined ? sink.body(bytes) : undefined),
    });
    if (next !== undefined) await send({ ...request, url: next }, sink);
  }),
];
