import { expect, test, vi } from "vitest";
import { checkNetworkOptions, type NetworkSettings } from "./check-network-options.ts";
import { refuseNetworkOptions } from "./refuse-network-options.ts";
import type { NetworkOptions, TransportSupport } from "./transport.ts";

const able: Partial<TransportSupport> = {
  http2: true,
  proxy: ["http", "socks5h"],
  unixSocket: true,
  customCa: true,
  clientCertificate: true,
  insecure: true,
  resolve: true,
  httpVersion: "exact",
};
const check = (options: NetworkOptions, supports = able): NetworkSettings =>
  checkNetworkOptions(options, { name: "t", supports });

/** What `run` throws, which tells no value. */
function errorOf(run: () => unknown): unknown {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(String(thrown) + JSON.stringify(thrown)).not.toContain("s3cret");
  expect(Object.keys(Object.getOwnPropertyDescriptors(thrown ?? {}))).not.toContain("cause");
  return thrown;
}

const every: readonly [NetworkOptions, Partial<TransportSupport>][] = [
  [{ proxy: "http://user:s3cret@p.test" }, { proxy: ["http"] }],
  [{ proxy: "environment" }, { proxy: ["http"] }],
  [{ unixSocket: "/s3cret" }, { unixSocket: true }],
  [{ ca: "s3cret" }, { customCa: true }],
  [{ cert: "s3cret" }, { clientCertificate: true }],
  [{ key: "s3cret" }, { clientCertificate: true }],
  [{ insecure: true }, { insecure: true }],
  [{ resolve: {} }, { resolve: true }],
  [{ httpVersion: "1.1" }, { httpVersion: "major" }],
  [{ httpVersion: "2" }, { http2: true }],
  [{ httpVersion: "h2c" }, { http2: true }],
  [{ httpVersion: "3" }, { http3: true }],
];

test.each(every)("%j is unsupported unless %j is declared", (options, supports) => {
  const refuse = (declared: Partial<TransportSupport>) => () =>
    refuseNetworkOptions(options, { name: "t", supports: declared });
  const [option = ""] = Object.keys(options);
  const refusal = { code: "unsupported", message: expect.stringMatching(`^t .*${option}`) as unknown };
  expect(errorOf(refuse({ contract: 1 }))).toMatchObject(refusal);
  expect(errorOf(() => check(options, {}))).toMatchObject(refusal);
  expect(errorOf(refuse(supports))).toBeUndefined();
});

test("a stack that cannot know its HTTP version cannot be asked for one", () => {
  expect(errorOf(() => check({ httpVersion: "1.1" }, { httpVersion: "none" }))).toMatchObject({ code: "unsupported" });
});

test("userAgent is unsupported where the header is forbidden", () => {
  const forbidding = { forbiddenHeaders: ["date", "user-agent"] };
  expect(errorOf(() => check({ userAgent: "a" }, forbidding))).toMatchObject({ code: "unsupported" });
  expect(check({ userAgent: "a" }, { forbiddenHeaders: ["date"] }).userAgent).toBe("a");
});

test("undefined and false ask for nothing, and nothing gives the defaults", () => {
  const nothing = { proxy: false, insecure: false, ca: undefined, unixSocket: false } as unknown as NetworkOptions;
  for (const settings of [check(nothing, {}), check({})]) {
    expect(settings).toMatchObject({ httpVersion: "1.1", insecure: false });
    expect([settings.proxy, settings.unixSocket, settings.ca, settings.userAgent]).toEqual(Array(4).fill(undefined));
    expect(settings.proxyFor(new URL("http://a.test"))).toBeUndefined();
    expect(settings.addressOf("a.test", 80)).toBeUndefined();
  }
});

test.each<[NetworkOptions | Record<string, unknown>, string]>([
  [{ proxy: "http://user:s3cret@/" }, "proxy"],
  [{ proxy: "" }, "proxy"],
  [{ proxy: "http://s3cret.test", unixSocket: "/x" }, "proxy and unixSocket"],
  [{ unixSocket: "" }, "unixSocket"],
  [{ unixSocket: "/s3cret\0" }, "unixSocket"],
  [{ unixSocket: 5 }, "unixSocket"],
  [{ httpVersion: "s3cret" }, "httpVersion"],
  [{ userAgent: "s3cret\r\nX: 1" }, "userAgent"],
  [{ userAgent: "\u2026" }, "userAgent"],
  [{ userAgent: 5 }, "userAgent"],
])("%j is invalid-argument", (options, named) => {
  expect(errorOf(() => check(options as NetworkOptions))).toMatchObject({
    code: "invalid-argument",
    message: expect.stringContaining(named) as unknown,
  });
});

test("a proxy of a scheme that is not declared is unsupported, one of the environment when it is looked up", () => {
  expect(errorOf(() => check({ proxy: "https://user:s3cret@p.test" }))).toMatchObject({ code: "unsupported" });
  vi.stubEnv("http_proxy", "https://user:s3cret@p.test");
  const { proxy, proxyFor } = check({ proxy: "environment" });
  expect(errorOf(() => proxyFor(new URL("http://a.test")))).toMatchObject({ code: "unsupported" });
  vi.stubEnv("http_proxy", "http://q.test:1");
  expect([proxy, proxyFor(new URL("http://a.test"))]).toMatchObject(["environment", { host: "q.test", port: 1 }]);
  vi.unstubAllEnvs();
});

test("a proxy that is given is the one of every URL", () => {
  const { proxy, proxyFor } = check({ proxy: "socks5h://p.test" });
  expect(proxy).toMatchObject({ scheme: "socks5h", host: "p.test", port: 1080 });
  expect(proxyFor(new URL("https://a.test"))).toBe(proxy);
});
