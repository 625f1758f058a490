import { afterEach, expect, test, vi } from "vitest";
import { fetchRuntime } from "./fetch-runtime.ts";

afterEach(() => void vi.unstubAllGlobals());

function pretend(host: { process?: unknown; userAgent: string; Deno?: unknown }): ReturnType<typeof fetchRuntime> {
  vi.stubGlobal("process", host.process);
  vi.stubGlobal("navigator", { userAgent: host.userAgent });
  vi.stubGlobal("Deno", host.Deno);
  return fetchRuntime(true);
}

test("Node's own fetch has Node's limits", () => {
  const { version, supports } = fetchRuntime(true);
  expect(version).toBe(`node/${process.versions.node} undici/${process.versions["undici"]}`);
  expect(supports).toMatchObject({
    redirects: "manual",
    errorDetail: "exact",
    hiddenIdleLimit: 300_000,
    forbiddenHeaders: ["host", "sec-fetch-mode"],
    ambient: ["proxy", "ca", "tls-verify"],
  });
});

test("a fetch given on Node has none that are known", () => {
  const { version, supports } = fetchRuntime(false);
  expect(version).toBe("fetch");
  expect(supports).toMatchObject({ redirects: "manual", hiddenIdleLimit: 0, forbiddenHeaders: [], ambient: [] });
});

const chrome = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

test.each([
  ["a browser", { process: undefined, userAgent: chrome }],
  ["a browser with a shim of process", { process: { versions: {} }, userAgent: chrome }],
  [
    "Electron's renderer",
    { process: { versions: { node: "24", undici: "7", electron: "40" }, type: "renderer" }, userAgent: chrome },
  ],
])("%s follows redirects by itself, drops headers and gives no reason", (_name, host) => {
  const { version, supports } = pretend(host);
  expect(version).toBe(chrome);
  expect(supports).toMatchObject({ redirects: "automatic", errorDetail: "coarse", hiddenIdleLimit: 0 });
  expect(supports).toMatchObject({ backpressure: "none", decompression: ["gzip", "deflate", "br", "zstd"] });
  expect(supports.forbiddenHeaders).toEqual(expect.arrayContaining(["cookie", "accept-encoding", "user-agent"]));
});

test.each([
  ["Bun", { process: { versions: { node: "24", bun: "1.3", undici: "7" } }, userAgent: "Bun/1.3" }, "none"],
  ["Deno", { process: { versions: { node: "24", undici: "7" } }, userAgent: "Deno/2.5", Deno: {} }, "bounded"],
  ["Cloudflare Workers", { process: undefined, userAgent: "Cloudflare-Workers" }, "bounded"],
])("%s hands on redirects and takes any header", (_name, host, backpressure) => {
  const { version, supports } = pretend(host);
  expect(version).toBe(host.userAgent);
  expect(supports).toMatchObject({
    redirects: "manual",
    errorDetail: "coarse",
    forbiddenHeaders: [],
    ambient: [],
    backpressure,
  });
});
