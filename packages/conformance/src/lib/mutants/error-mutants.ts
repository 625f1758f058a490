import { TransportError } from "@headrace/core/transport";
import { sends, settles, codeOf, type Mutant } from "./mutant.ts";

/** Faults with the wrong code, secrets told, requests repeated. */
export const errorMutants: readonly Mutant[] = [
  settles("calls-refusal-a-reset", ["err.refused"], (sent) =>
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
  settles("tells-secrets", ["err.no-secrets-refused", "err.no-secrets-truncated"], (sent, { headers }) =>
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
    ["conc.fresh-get-once"],
    (send) => (request, sink) =>
      send(request, sink).catch((error: unknown) => {
        if (codeOf(error) !== "reset") throw error;
        return send(request, sink);
      }),
  ),
  settles("swallows-lost-head", ["err.close-before-head", "err.partial-head"], (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "reset") throw error;
    }),
  ),
];
