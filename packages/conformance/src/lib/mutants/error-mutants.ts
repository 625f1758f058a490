import { TransportError } from "@headrace/core/transport";
import { sends, settles, codeOf, type Mutant } from "./mutant.ts";

/** Faults with the wrong code, secrets told, requests repeated. */
export const errorMutants: readonly Mutant[] = [
  settles("calls-refusal-a-reset", ["err.refused", "err.unreachable"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "connect" ? new TransportError("reset", "lost") : error;
    }),
  ),
  settles("calls-unknown-hosts-unreachable", ["err.dns"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "dns" ? new TransportError("connect", "unreachable") : error;
    }),
  ),
  settles(
    "calls-handshake-failures-resets",
    ["tls.self-signed", "tls.handshake-fin", "tls.handshake-rst", "tls.plain-server", "tls.client-certificate-missing"],
    (sent) =>
      sent.catch((error: unknown) => {
        throw codeOf(error) === "tls" ? new TransportError("reset", "lost", { phase: "head" }) : error;
      }),
  ),
  settles("rejects-with-plain-errors", ["err.refused", "err.dns", "err.shape"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === undefined ? error : new Error("network error");
    }),
  ),
  settles(
    "calls-every-loss-before-the-head-protocol",
    [
      "err.reset-at-accept",
      "err.reset-before-head",
      "err.partial-status-line",
      "err.partial-field",
      "err.only-informational",
    ],
    (sent) =>
      sent.catch((error: unknown) => {
        const lost = codeOf(error) === "reset" || codeOf(error) === "connect";
        throw lost ? new TransportError("protocol", "lost", { phase: "head" }) : error;
      }),
  ),
  sends("sends-on-after-the-server-has-closed", ["err.fin-in-upload"], (send) => (request, sink) => {
    const sent = send(request, sink);
    if ((request.body?.length ?? 0) < 1_048_576) return sent;
    const aborted = new Promise<never>((_resolve, reject) =>
      request.signal.addEventListener("abort", () => reject(request.signal.reason as Error)),
    );
    return sent.catch(() => aborted);
  }),
  sends("goes-on-after-a-failure", ["err.once"], (send) => async (request, sink) => {
    await send(request, sink).catch((error: unknown) => {
      setImmediate(() => void sink.body(Uint8Array.of(1)));
      throw error;
    });
  }),
  settles(
    "tells-secrets",
    [
      "err.no-secrets-refused",
      "err.no-secrets-truncated",
      "err.no-secrets-dns",
      "err.no-secrets-reset",
      "err.no-secrets-protocol",
      "err.no-secrets-bad-chunk",
      "err.no-secrets-tls",
      "err.no-secrets-head-too-large",
      "err.no-secrets-closed",
      "err.no-secrets-connect-timeout",
    ],
    (sent, { headers }) =>
      sent.catch((error: unknown) => {
        throw new TransportError((codeOf(error) ?? "reset") as "reset", `failed with ${headers.get("authorization")}`);
      }),
  ),
  settles("tells-secrets-in-cause", ["err.no-secrets-refused", "verb.no-secrets"], (sent, { url }) =>
    sent.catch((error: unknown) => {
      throw new TransportError((codeOf(error) ?? "reset") as "reset", "failed", { cause: new Error(`at ${url.href}`) });
    }),
  ),
  sends(
    "repeats-a-lost-request",
    ["conc.fresh-get-once", "conc.post-never-twice"],
    (send) => (request, sink) =>
      send(request, sink).catch((error: unknown) => {
        if (codeOf(error) !== "reset") throw error;
        return send(request, sink);
      }),
  ),
  sends("repeats-a-lost-get-twice", ["conc.get-at-most-twice"], (send) => async (request, sink) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(request, sink);
      } catch (error) {
        if (codeOf(error) !== "reset" || request.method !== "GET" || attempt === 3) throw error;
      }
    }
  }),
  settles("swallows-lost-head", ["err.close-before-head", "err.partial-head"], (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "reset") throw error;
    }),
  ),
];
