import { expect, test } from "vitest";
import { environmentProxy } from "./proxy-environment.ts";

const found = (url: string, environment: Record<string, string>): string | undefined =>
  environmentProxy(new URL(url), environment)?.host;

test.each([
  ["http://x.test/", { http_proxy: "a.test" }, "a.test"],
  ["http://x.test/", { HTTP_PROXY: "a.test" }, undefined],
  ["http://x.test/", { https_proxy: "a.test" }, undefined],
  ["https://x.test/", { https_proxy: "a.test", HTTPS_PROXY: "b.test" }, "a.test"],
  ["https://x.test/", { HTTPS_PROXY: "b.test" }, "b.test"],
  ["https://x.test/", { http_proxy: "a.test" }, undefined],
  ["http://x.test/", { ALL_PROXY: "c.test" }, "c.test"],
  ["https://x.test/", { ALL_PROXY: "c.test", all_proxy: "d.test" }, "d.test"],
  ["http://x.test/", { all_proxy: "c.test", http_proxy: "a.test" }, "a.test"],
  ["https://x.test/", { all_proxy: "c.test", https_proxy: "" }, "c.test"],
  ["http://x.test/", { all_proxy: "" }, undefined],
  ["http://x.test/", { http_proxy: "a.test", NO_PROXY: "x.test" }, undefined],
  ["http://x.test/", { http_proxy: "a.test", no_proxy: "y.test", NO_PROXY: "x.test" }, "a.test"],
  ["http://x.test/", { http_proxy: "a.test", no_proxy: "", NO_PROXY: "x.test" }, undefined],
])("for %s %j names %s", (url, environment, proxy) => {
  expect(found(url, environment)).toBe(proxy);
});

test.each([
  ["*", "http://a.test/", true],
  ["b.test,*", "http://a.test/", true],
  ["a.test", "http://a.test/", true],
  [".a.test", "http://a.test/", true],
  ["*.a.test", "http://b.a.test/", true],
  ["a.test", "http://b.a.test:8080/", true],
  ["a.test", "http://ba.test/", false],
  ["*.a.test", "http://ba.test/", false],
  ["b.test, a.test", "http://a.test/", true],
  ["b.test a.test", "http://a.test/", true],
  [",,b.test , a.test", "http://a.test/", true],
  [" , ", "http://a.test/", false],
  [".", "http://a.test/", false],
  ["test", "http://a.test/", true],
  ["A.TEST", "http://a.test/", true],
  ["b\u00fccher.test", "http://xn--bcher-kva.test/", true],
  ["a.test", "http://b.a.test./", true],
  ["a.test.", "http://a.test/", true],
  ["a.test:8080", "http://b.a.test:8080/", true],
  ["a.test:8080", "http://a.test/", false],
  ["a.test:80", "http://a.test/", true],
  ["a.test:443", "https://a.test/", true],
  ["a.test:80", "http://a.test:0/", false],
  ["127.0.0.1", "http://127.0.0.1:8080/", true],
  ["127.0.0.1:80", "http://127.0.0.1/", true],
  ["127.0.0.1:81", "http://127.0.0.1/", false],
  ["0.0.1", "http://127.0.0.1/", false],
  ["1", "http://127.0.0.1/", false],
  ["::1", "http://[::1]:81/", true],
  ["[::1]", "http://[::1]:81/", true],
  ["0:0::1", "http://[::1]/", true],
  ["[::1]:80", "http://[::1]/", true],
  ["[::1]:81", "http://[::1]/", false],
  ["::1:80", "http://[::1]/", false],
  ["10.0.0.0/8", "http://10.1.2.3/", true],
  ["10.0.0.0/8", "http://11.1.2.3/", false],
  ["10.1.2.0/23", "http://10.1.3.9/", true],
  ["10.1.2.0/23", "http://10.1.4.9/", false],
  ["10.0.0.0/33", "http://10.0.0.0/", false],
  ["10.0.0.0/x", "http://10.1.2.3/", false],
  ["10.0.0.0/8", "http://a.test/", false],
  ["a.test/0", "http://b.test/", false],
  ["fd00::/8", "http://[fd12::1]/", true],
  ["fd00::/8", "http://[fe12::1]/", false],
  ["2001:db8:0:1::/63", "http://[2001:db8::1:2:3]/", true],
  ["2001:db8:0:2::/64", "http://[2001:db8:0:3::]/", false],
  ["fd00::/129", "http://[fd00::]/", false],
  ["fd00::/8", "http://10.0.0.1/", false],
])("no_proxy %s exempts %s: %s", (noProxy, url, exempt) => {
  expect(found(url, { all_proxy: "proxy.test", no_proxy: noProxy })).toBe(exempt ? undefined : "proxy.test");
});

test("a variable that is no proxy URL is named, and not repeated", () => {
  const environment = { HTTPS_PROXY: "socks9://s3cret@proxy.test" };
  const message = "the environment variable HTTPS_PROXY has none of the schemes http, https, socks5 and socks5h";
  expect(() => environmentProxy(new URL("https://a.test/"), environment)).toThrow(
    expect.objectContaining({ code: "unsupported", message }),
  );
});
