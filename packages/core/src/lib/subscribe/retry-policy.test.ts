import { afterEach, describe, expect, test, vi } from "vitest";
import { HeadraceError, type HeadraceErrorCode, type HeadraceErrorOptions } from "../headrace-error.ts";
import { RetryPolicy, type RetryOptions } from "./retry-policy.ts";

afterEach(() => void vi.restoreAllMocks());

const asked = { replayable: true, freshHeaders: false };
const response = { url: "http://a.example/", status: 200, headers: new Headers(), redirected: false };
const error = (code: HeadraceErrorCode, options?: HeadraceErrorOptions): HeadraceError =>
  new HeadraceError(code, code, options);
const status = (value: number, options: HeadraceErrorOptions = {}): HeadraceError =>
  error("status", { status: value, body: "", response: { ...response, status: value }, ...options });

describe("what ends a subscription", () => {
  test("is what isRetryable says, where it says anything and the request may be made again", () => {
    const isRetryable = ({ code }: HeadraceError) => (code === "status" ? false : code === "protocol" || undefined);
    const policy = new RetryPolicy({}, { ...asked, isRetryable });
    const verdicts = [
      status(503),
      error("protocol"),
      error("reset"),
      error("redirect"),
      error("no-content"),
      undefined,
    ];
    expect(verdicts.map((cause) => policy.judge(cause))).toEqual(["fail", "again", "again", "fail", "done", "again"]);
    const post = new RetryPolicy({}, { ...asked, replayable: false, isRetryable: () => true });
    expect([error("reset"), error("connect")].map((cause) => post.judge(cause))).toEqual(["fail", "again"]);
  });

  test.each<[HeadraceErrorCode, string, string]>([
    ["invalid-argument", "fail", "fail"],
    ["unsupported", "fail", "fail"],
    ["library-missing", "fail", "fail"],
    ["dns", "fail", "again"],
    ["connect", "again", "again"],
    ["network", "again", "again"],
    ["proxy", "again", "again"],
    ["tls", "fail", "again"],
    ["protocol", "fail", "fail"],
    ["redirect", "fail", "fail"],
    ["reset", "again", "again"],
    ["truncated", "again", "again"],
    ["content-type", "fail", "fail"],
    ["no-content", "done", "done"],
    ["timeout", "again", "again"],
    ["too-large", "fail", "fail"],
    ["incomplete", "again", "again"],
    ["server-event", "fail", "fail"],
    ["invalid-data", "fail", "fail"],
    ["closed", "fail", "fail"],
    ["no-recording", "fail", "fail"],
    ["internal", "fail", "fail"],
  ])("%s: before any head %s, later %s", (code, before, later) => {
    expect(new RetryPolicy({}, asked).judge(error(code))).toBe(before);
    const connected = new RetryPolicy({}, asked);
    connected.headArrived();
    expect(connected.judge(error(code))).toBe(later);
  });

  test.each([
    [408, "again"],
    [421, "again"],
    [425, "again"],
    [429, "again"],
    [500, "again"],
    [502, "again"],
    [503, "again"],
    [504, "again"],
    [400, "fail"],
    [401, "fail"],
    [403, "fail"],
    [404, "fail"],
    [501, "fail"],
  ])("status %i: %s", (code, verdict) => {
    expect(new RetryPolicy({}, asked).judge(status(code))).toBe(verdict);
  });

  test("401 is tried once more where the headers are made anew, and again once a response was accepted", () => {
    const policy = new RetryPolicy({}, { ...asked, freshHeaders: true });
    expect([policy.judge(status(401)), policy.judge(status(401))]).toEqual(["again", "fail"]);
    policy.headArrived();
    expect(policy.judge(status(401))).toBe("again");
  });

  test("a proxy's 407 ends it, its 502 does not", () => {
    const policy = new RetryPolicy({}, asked);
    expect([policy.judge(error("proxy", { status: 407 })), policy.judge(error("proxy", { status: 502 }))]).toEqual([
      "fail",
      "again",
    ]);
  });

  test("an error status proves the name and the certificate", () => {
    const policy = new RetryPolicy({}, asked);
    policy.judge(status(503));
    expect([policy.judge(error("dns")), policy.judge(error("tls"))]).toEqual(["again", "again"]);
  });

  test("the total clock ends it, the others do not", () => {
    const policy = new RetryPolicy({}, asked);
    const phases = ["connect", "head", "first-event", "idle", "total"] as const;
    const verdicts = phases.map((phase) => policy.judge(error("timeout", { phase })));
    expect(verdicts).toEqual(["again", "again", "again", "again", "fail"]);
  });

  test("a request that may not be made again is made again only where it was never sent", () => {
    const policy = new RetryPolicy({}, { ...asked, replayable: false });
    const causes = [error("connect"), error("reset", { retryable: true }), error("reset"), status(503), undefined];
    expect(causes.map((cause) => policy.judge(cause))).toEqual(["again", "again", "fail", "fail", "done"]);
  });

  test("a clean end does not, nor is anybody else's error ours to judge", () => {
    const policy = new RetryPolicy({}, asked);
    expect(policy.judge(undefined)).toBe("again");
    expect(policy.judge(new Error("mine"))).toBe("fail");
    expect(policy.judge(new Error("mine", { cause: error("reset") }))).toBe("fail");
  });
});

describe("the delay", () => {
  const delays = (
    options: RetryOptions,
    count: number,
    each: (policy: RetryPolicy) => unknown = () => {},
  ): number[] => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const policy = new RetryPolicy(options, asked);
    return Array.from({ length: count }, () => policy.delay(each(policy)));
  };

  test("doubles from one fruitless connection to the next, up to the longest", () => {
    expect(delays({}, 6)).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test("stays what it is while events come", () => {
    expect(delays({}, 3, (policy) => policy.progressed())).toEqual([2000, 2000, 2000]);
  });

  test.each([
    [0, 500],
    [700, 700],
    [9_999_999_999, 30_000],
    [1e20, 30_000],
  ])("a server that asks for %d ms gets %d", (asks, gets) => {
    const [delay] = delays({}, 1, (policy) => {
      policy.progressed();
      policy.reconnectionTime(asks);
    });
    expect(delay).toBe(gets);
  });

  test("is as long as the server asks where maxReconnectionTime allows it; the backoff is not", () => {
    const asking = (ms: number) =>
      delays({ delay: 20_000, maxReconnectionTime: Infinity }, 3, (policy) => policy.reconnectionTime(ms));
    expect(asking(3_600_000)).toEqual([3_600_000, 3_600_000, 3_600_000]);
    expect(asking(20_000)).toEqual([20_000, 30_000, 30_000]);
    expect(delays({ delay: 60_000, maxReconnectionTime: Infinity }, 1)).toEqual([30_000]);
  });

  test("has a jitter that only ever adds, half as much at most", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.999_999);
    const delay = new RetryPolicy({ delay: 1000 }, asked).delay(undefined);
    expect(delay).toBeGreaterThan(1499);
    expect(delay).toBeLessThanOrEqual(1500);
  });

  test("is never less than Retry-After", () => {
    expect(delays({}, 2, () => status(429, { retryAfter: 3000 }))).toEqual([3000, 4000]);
    expect(delays({}, 1, () => status(503, { retryAfter: 500_000 }))).toEqual([500_000]);
  });

  test("has its jitter on top of Retry-After, too", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(new RetryPolicy({}, asked).delay(status(429, { retryAfter: 10_000 }))).toBe(10_500);
  });

  test.each<[RetryOptions, number]>([
    [{ maxDelay: 100 }, 100],
    [{ minDelay: 40_000 }, 40_000],
  ])("%o moves the bound that is not given", (options, delay) => {
    expect(delays(options, 1)).toEqual([delay]);
  });

  test("a Retry-After beyond the longest is an answer", () => {
    const policy = new RetryPolicy({ maxRetryAfter: 1000 }, asked);
    expect([status(503, { retryAfter: 1000 }), status(503, { retryAfter: 1001 })].map((e) => policy.judge(e))).toEqual([
      "again",
      "fail",
    ]);
  });

  test("there is none after so many fruitless connections", () => {
    const policy = new RetryPolicy({ maxAttempts: 3 }, asked);
    const causes = [error("reset"), status(500), error("connect")];
    policy.delay(causes[0]);
    policy.delay(causes[1]);
    expect(() => policy.delay(causes[2])).toThrow(
      expect.objectContaining({
        code: "gave-up",
        phase: "retry",
        causes,
        message: expect.stringContaining("3 connections") as string,
      }),
    );
  });

  test("progress refills the budget", () => {
    const policy = new RetryPolicy({ maxAttempts: 2 }, asked);
    for (let round = 0; round < 5; round++) {
      policy.delay(error("reset"));
      policy.progressed();
      policy.delay(undefined);
    }
    policy.delay(error("reset"));
    expect(() => policy.delay(error("reset"))).toThrow(expect.objectContaining({ code: "gave-up" }));
  });
});

test.each<RetryOptions>([
  { delay: -1 },
  { maxAttempts: NaN },
  { minDelay: "1" as never },
  { delay: Infinity },
  { maxRetries: 3 } as never,
  { minDelay: 2000, maxDelay: 1000 },
  { maxReconnectionTime: NaN },
])("%o is an invalid argument", (options) => {
  expect(() => new RetryPolicy(options, asked)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
