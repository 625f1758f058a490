import { TransportError } from "@headrace/core/transport";
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
