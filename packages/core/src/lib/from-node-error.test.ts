import { expect, test } from "vitest";
import { type ExchangeStage, fromNodeError } from "./from-node-error.ts";
import { TransportError } from "./transport-error.ts";

const node = (code: string, more: object = {}): Error => Object.assign(new Error(`it said ${code}`), { code, ...more });

test.each<[ExchangeStage, Error, object]>([
  ["connect", node("ENOTFOUND", { syscall: "getaddrinfo" }), { code: "dns", phase: "connect" }],
  ["connect", node("ECONNREFUSED"), { code: "connect", phase: "connect", detail: "refused" }],
  ["connect", node("ECONNRESET"), { code: "connect", phase: "connect" }],
  ["connect", new Error("who knows"), { code: "connect", phase: "connect" }],
  ["tls", node("ECONNRESET"), { code: "tls", phase: "connect" }],
  ["tls", node("CERT_HAS_EXPIRED"), { code: "tls", detail: "expired" }],
  ["tls", node("ERR_TLS_CERT_ALTNAME_INVALID"), { code: "tls", detail: "hostname" }],
  ["tls", node("DEPTH_ZERO_SELF_SIGNED_CERT"), { code: "tls", detail: "untrusted" }],
  ["head", node("ECONNRESET"), { code: "reset", phase: "head" }],
  ["head", node("HPE_INVALID_CONSTANT"), { code: "protocol", phase: "head" }],
  ["body", node("ECONNRESET"), { code: "reset", phase: "body" }],
  ["body", new Error("who knows"), { code: "reset", phase: "body" }],
])("at %s %s is %j", (stage, error, expected) => {
  expect(fromNodeError(error, stage)).toMatchObject(expected);
});

test("the cause is kept, but not a parser's, which holds what the server sent", () => {
  const lost = node("ECONNRESET");
  expect(fromNodeError(lost, "head").cause).toBe(lost);
  expect(fromNodeError(node("HPE_INVALID_CONSTANT", { rawPacket: "s3cret" }), "head").cause).toBeUndefined();
});

test("of several addresses the first one's failure is told", () => {
  const { message, code } = fromNodeError(new AggregateError([node("ECONNREFUSED"), node("ETIMEDOUT")]), "connect");
  expect([code, message]).toEqual(["connect", "no connection: it said ECONNREFUSED"]);
});

test("a TransportError is handed back", () => {
  const error = new TransportError("timeout", "late", { phase: "connect" });
  expect(fromNodeError(error, "body")).toBe(error);
});
