import { expect, test } from "vitest";
import { parseProxy, proxyAuthorization } from "./proxy.ts";

test.each([
  ["http://proxy.test:3128", { scheme: "http", host: "proxy.test", port: 3128 }],
  ["http://proxy.test:80/", { scheme: "http", host: "proxy.test", port: 80 }],
  ["proxy.test:8080", { scheme: "http", host: "proxy.test", port: 8080 }],
  ["http://proxy.test", { scheme: "http", host: "proxy.test", port: 1080 }],
  ["https://proxy.test", { scheme: "https", host: "proxy.test", port: 443 }],
  ["SOCKS5h://[::1]", { scheme: "socks5h", host: "::1", port: 1080 }],
  [
    "socks5://us%40er:p%3Ass@10.0.0.1:9",
    { scheme: "socks5", host: "10.0.0.1", port: 9, username: "us@er", password: "p:ss" },
  ],
])("%s", (text, proxy) => {
  expect(parseProxy(text)).toEqual(proxy);
});

test.each([
  ["socks4://proxy.test", "unsupported"],
  ["ftp://proxy.test", "unsupported"],
  ["constructor://proxy.test", "unsupported"],
  ["http://", "invalid-argument"],
  ["http://s3cret:pass@", "invalid-argument"],
  ["http://s3cret@proxy.test:99999", "invalid-argument"],
  ["http://s3cret%zz@proxy.test", "invalid-argument"],
  ["http://s3cret@proxy.test/path", "invalid-argument"],
])("%s is refused, and not repeated in the error", (text, code) => {
  expect(() => parseProxy(text)).toThrow(
    expect.objectContaining({ code, message: expect.not.stringContaining("s3cret") as unknown }),
  );
});

test("credentials are those of RFC 7617, in UTF-8", () => {
  expect(proxyAuthorization(parseProxy("http://%C3%A9:x@proxy.test"))).toBe(
    `Basic ${Buffer.from("é:x").toString("base64")}`,
  );
  expect(proxyAuthorization(parseProxy("http://proxy.test"))).toBeUndefined();
});
