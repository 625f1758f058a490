import { describe, expect, test } from "vitest";
import { parseProxy, proxyForUrl } from "./proxy.ts";

describe("parseProxy", () => {
  test("takes credentials out of the URL and decodes them into bytes", () => {
    expect(parseProxy("http://us%40er:p%C3%A4ss@proxy.test:80/")).toEqual({
      scheme: "http",
      url: "http://proxy.test:80",
      username: "us@er",
      password: "pÃ¤ss",
    });
  });

  test.each([
    ["http://proxy.test", "http://proxy.test:1080"],
    ["https://proxy.test", "https://proxy.test:443"],
    ["socks5://127.0.0.1", "socks5://127.0.0.1:1080"],
    ["socks5h://[::1]:9050", "socks5h://[::1]:9050"],
    ["proxy.test:3128", "http://proxy.test:3128"],
  ])("%s is %s", (given, url) => {
    expect(parseProxy(given)).toEqual(expect.objectContaining({ url, username: null, password: null }));
  });

  test.each([
    ["ftp://user:secret@proxy.test", "unsupported"],
    ["socks4://proxy.test", "unsupported"],
    ["http://", "invalid-argument"],
    ["::secret::", "invalid-argument"],
    ["http://proxy.test:99999", "invalid-argument"],
    ["", "invalid-argument"],
  ])("%s is refused without being repeated", (given, code) => {
    expect(() => parseProxy(given)).toThrow(expect.objectContaining({ code }));
    expect(() => parseProxy(given)).not.toThrow(/secret/);
  });
});

describe("proxyForUrl", () => {
  const http = new URL("http://api.example.com/v1");
  const https = new URL("https://api.example.com:8443/v1");

  test.each([
    [{ http_proxy: "http://a" }, "http://a", undefined],
    [{ HTTP_PROXY: "http://a" }, undefined, undefined],
    [{ https_proxy: "http://a", HTTPS_PROXY: "http://b" }, undefined, "http://a"],
    [{ HTTPS_PROXY: "http://b" }, undefined, "http://b"],
    [{ ALL_PROXY: "http://c" }, "http://c", "http://c"],
    [{ all_proxy: "http://c", ALL_PROXY: "http://d", http_proxy: "http://a" }, "http://a", "http://c"],
    [{ all_proxy: "http://c", https_proxy: "" }, "http://c", "http://c"],
    [{ all_proxy: "" }, undefined, undefined],
  ])("%j", (env, forHttp, forHttps) => {
    expect(proxyForUrl(http, env)).toBe(forHttp);
    expect(proxyForUrl(https, env)).toBe(forHttps);
  });

  test.each([
    ["*", true],
    ["example.com", true],
    [".example.com", true],
    ["*.example.com", true],
    ["other.test, API.EXAMPLE.COM", true],
    ["other.test api.example.com", true],
    ["api.example.com:8443", true],
    ["api.example.com:443", false],
    ["ple.com", false],
    ["", false],
  ])("no_proxy %s", (excluded, without) => {
    const env = { ALL_PROXY: "http://p", NO_PROXY: excluded };
    expect(proxyForUrl(https, env)).toBe(without ? undefined : "http://p");
  });

  test.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3", "10.1.2.3:80", true],
    ["10.1.2.3", "10.1.2.3:81", false],
    ["10.1.2.3", "3", false],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["[fd00::1]", "fd00::/8", true],
    ["[fd00::1]", "[fd00::1]", true],
    ["[fd00::1]", "10.0.0.0/8", false],
    ["10.1.2.3", "10.0.0.0/99", false],
  ])("address %s, no_proxy %s", (host, excluded, without) => {
    const env = { all_proxy: "http://p", no_proxy: excluded };
    expect(proxyForUrl(new URL(`http://${host}/`), env)).toBe(without ? undefined : "http://p");
  });
});
