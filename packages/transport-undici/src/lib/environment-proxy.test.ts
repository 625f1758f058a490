import { startScriptedServer } from "@headrace/conformance";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { environmentProxy } from "./environment-proxy.ts";
import { receive } from "./received.ts";
import { undiciTransport } from "./undici-transport.ts";

const proxy = "http://proxy.test:3128";
const found = (url: string, environment: Record<string, string>): string | undefined =>
  environmentProxy(new URL(url), environment)?.host;

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ["http://a.test/", { http_proxy: proxy }, true],
  ["http://a.test/", { HTTP_PROXY: proxy }, false],
  ["http://a.test/", { https_proxy: proxy }, false],
  ["https://a.test/", { https_proxy: proxy }, true],
  ["https://a.test/", { HTTPS_PROXY: proxy }, true],
  ["https://a.test/", { http_proxy: proxy }, false],
  ["https://a.test/", { all_proxy: proxy }, true],
  ["http://a.test/", { ALL_PROXY: proxy }, true],
  ["http://a.test/", { http_proxy: "" }, false],
])("%s with %o: %s", (url, environment, proxied) => {
  expect(found(url, environment)).toBe(proxied ? "proxy.test" : undefined);
});

test.each([
  ["*", "http://a.test/", true],
  ["a.test", "http://a.test/", true],
  [".a.test", "http://a.test/", true],
  ["a.test", "http://b.a.test:8080/", true],
  ["a.test", "http://ba.test/", false],
  ["b.test, a.test", "http://a.test/", true],
  ["A.TEST", "http://a.test/", true],
  ["10.0.0.0/8", "http://10.1.2.3/", true],
  ["10.0.0.0/8", "http://11.1.2.3/", false],
  ["127.0.0.1", "http://127.0.0.1:80/", true],
  ["0.0.1", "http://127.0.0.1/", false],
  ["::1", "http://[::1]/", true],
  ["fd00::/8", "http://[fd12::1]/", true],
  ["10.0.0.0/x", "http://10.1.2.3/", false],
  ["a.test:8080", "http://a.test:8080/", true],
  ["a.test:8080", "http://b.a.test:8080/", true],
  ["a.test:8080", "http://a.test/", false],
  ["a.test:80", "http://a.test/", true],
  ["a.test:80", "http://a.test:0/", false],
  ["*.a.test", "http://b.a.test/", true],
  ["*.a.test", "http://ba.test/", false],
  ["a.test", "http://a.test./", true],
  ["a.test", "http://b.a.test./", true],
  ["a.test.", "http://a.test/", true],
  ["127.0.0.1:80", "http://127.0.0.1/", true],
  ["127.0.0.1:81", "http://127.0.0.1/", false],
  ["[::1]:80", "http://[::1]/", true],
  ["[::1]:81", "http://[::1]/", false],
  ["[::1]", "http://[::1]:81/", true],
  ["0:0::1", "http://[::1]/", true],
  ["fd00::/129", "http://[fd12::1]/", false],
  ["::1:80", "http://[::1]/", false],
])("no_proxy %s exempts %s: %s", (noProxy, url, exempt) => {
  expect(found(url, { http_proxy: proxy, no_proxy: noProxy })).toBe(exempt ? undefined : "proxy.test");
});

test("the environment is read only where it is asked for, and then at each request", async () => {
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const transports = [
    undiciTransport(),
    undiciTransport({ proxy: false }),
    undiciTransport({ proxy: "environment" }),
  ] as const;
  onTestFinished(async () => {
    await Promise.all(transports.map((transport) => transport.close({ force: true })));
    await server.close();
  });
  vi.stubEnv("http_proxy", server.origin);
  const targets: string[] = [];
  for (const transport of transports) {
    const { error } = await receive(transport, "http://127.0.0.1:1/x");
    targets.push(error?.code ?? server.requests.at(-1)?.target ?? "");
  }
  expect(targets).toEqual(["connect", "connect", "http://127.0.0.1:1/x"]);
  vi.stubEnv("http_proxy", "");
  expect(await receive(transports[2], "http://127.0.0.1:1/x")).toMatchObject({ error: { code: "connect" } });
});
