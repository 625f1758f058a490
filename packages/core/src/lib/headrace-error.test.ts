import { inspect } from "node:util";
import { expect, expectTypeOf, test } from "vitest";
import { asHeadraceError, HeadraceError, type HeadraceErrorOf } from "./headrace-error.ts";

test("is an Error with a name, a code, a phase and counts", () => {
  const error = new HeadraceError("dns", "not resolved");
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(HeadraceError);
  expect(error).toMatchObject({
    name: "HeadraceError",
    code: "dns",
    phase: "connect",
    eventsDelivered: 0,
    bytesReceived: 0,
    lastEventId: "",
  });
  expect(String(error)).toBe("HeadraceError: not resolved");
});

test("the code tells the union apart", () => {
  const error: HeadraceError = new HeadraceError("status", "no", { status: 429, body: "slow", retryAfter: 1000 });
  if (error.code !== "status") throw new Error("not reached");
  expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
  expect([error.status, error.body, error.retryAfter]).toEqual([429, "slow", 1000]);
});

test("body and cause are not shown by JSON and inspect's fields", () => {
  const error = new HeadraceError("status", "no", { status: 401, body: "s3cr3t" });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "HeadraceError",
    message: "no",
    code: "status",
    phase: "head",
    status: 401,
    eventsDelivered: 0,
    bytesReceived: 0,
    lastEventId: "",
  });
  expect(inspect(error)).not.toContain("s3cr3t");
});

test("asHeadraceError finds ours itself, in causes, and across copies of the package", () => {
  const ours = new HeadraceError("timeout", "idle", { phase: "idle" });
  const copy = Object.assign(new Error("idle"), { name: "HeadraceError", code: "timeout" });
  expect(asHeadraceError(ours)).toBe(ours);
  expect(asHeadraceError(new TypeError("fetch failed", { cause: new Error("x", { cause: ours }) }))).toBe(ours);
  expect(asHeadraceError(copy)).toBe(copy);
  expectTypeOf(asHeadraceError(ours, "timeout")).toEqualTypeOf<HeadraceErrorOf<"timeout"> | undefined>();
});

test.each([
  undefined,
  null,
  "timeout",
  new Error("x"),
  { code: "timeout" },
  Object.assign(new Error("x"), { code: "ECONNRESET" }),
])("%o is none of ours", (value) => {
  expect(asHeadraceError(value)).toBeUndefined();
});

test("asHeadraceError with a code accepts only that", () => {
  const error = new HeadraceError("dns", "no");
  expect(asHeadraceError(error, "dns")).toBe(error);
  expect(asHeadraceError(error, "connect")).toBeUndefined();
  expect(asHeadraceError(new HeadraceError("gave-up", "at last", { cause: error }), "dns")).toBe(error);
});

test("a cause that refers to itself ends the search", () => {
  const loop = new Error("loop");
  loop.cause = loop;
  expect(asHeadraceError(loop)).toBeUndefined();
});
