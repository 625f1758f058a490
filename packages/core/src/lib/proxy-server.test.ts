import { expect, test } from "vitest";
import { parseProxy } from "./proxy-server.ts";

test.each([
  ["http://proxy.test:3128", { scheme: "http", host: "proxy.test", port: 3128 }],
  ["http://proxy.test:80/", { scheme: "http", host: "proxy.test", port: 80 }],
  ["proxy.test:8080", { scheme: "http", host: "proxy.test", port: 8080 }],
  ["http://proxy.test", { scheme: "http", host: "proxy.test", port: 1080 }],
  ["https://proxy.test", { scheme: "https", host: "proxy.test", port: 443 }],
  ["socks5://127.0.0.1", { scheme: "socks5", host: "127.0.0.1", port: 1080 }],
  ["SOCKS5h://[::1]", { scheme: "socks5h", host: "::1", port: 1080 }],
  [" http://B\u00fccher.test:1 ", { scheme: "http", host: "xn--bcher-kva.test", port: 1 }],
])("%s", (text, proxy) => {
  expect(parseProxy(text)).toEqual({ ...proxy, credentials: undefined });
});

test.each([
  ["us%40er:p%3Ass", "us@er", "p:ss"],
  ["user", "user", ""],
  ["user:a:b", "user", "a:b"],
  [":password", "", "password"],
  ["p%C3%A9:\u00e9", "p\u00c3\u00a9", "\u00c3\u00a9"],
  ["100%:%zz", "100%", "%zz"],
])("the credentials %s are bytes, percent-decoded", (userinfo, username, password) => {
  expect(parseProxy(`http://${userinfo}@proxy.test`).credentials).toEqual({ username, password });
});

test("an empty userinfo is no credentials", () => {
  expect(parseProxy("http://@proxy.test").credentials).toBeUndefined();
});

test.each([
  ["socks4://s3cret@proxy.test", "unsupported"],
  ["ftp://s3cret@proxy.test", "unsupported"],
  ["constructor://s3cret@proxy.test", "unsupported"],
  ["s3cret://proxy.test", "unsupported"],
  ["", "invalid-argument"],
  ["http://", "invalid-argument"],
  ["http://s3cret:pass@", "invalid-argument"],
  ["http://user:s3cret@p@proxy.test", "invalid-argument"],
  ["http://s3cret@proxy.test:0", "invalid-argument"],
  ["http://s3cret@proxy.test:99999", "invalid-argument"],
  ["http://s3cret@proxy.test/path", "invalid-argument"],
  ["http://s3cret@256.0.0.1", "invalid-argument"],
  ["http://s3cret%00@proxy.test", "invalid-argument"],
  ["http://s3cret:a%0ab@proxy.test", "invalid-argument"],
  [true as unknown as string, "invalid-argument"],
])("%s is refused, and not repeated in the error", (text, code) => {
  const message: unknown = expect.not.stringContaining("s3cret");
  expect(() => parseProxy(text)).toThrow(expect.objectContaining({ code, message }));
});
