import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defaultTransport, loadTransport } from "./load-transport.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "headrace-cli-"));
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A module whose transport tells its options as its version. */
async function moduleFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const transport =
  "({ name: 'mine', version: JSON.stringify(options), supports: {}, send() {}, close: async () => {} })";

test("a module gives a factory as its default or as `transport`", async () => {
  const first = await moduleFile("first.mjs", `export default (options) => ${transport};`);
  const second = await moduleFile("second.mjs", `export const transport = (options) => ${transport};`);
  for (const path of [first, second]) {
    expect(await loadTransport(path, { insecure: true })).toMatchObject({ name: "mine", version: '{"insecure":true}' });
  }
  const none = await moduleFile("none.mjs", "export default {};");
  await expect(loadTransport(none, {})).rejects.toMatchObject({ code: "invalid-argument" });
  await expect(loadTransport("toString", {})).rejects.toMatchObject({ code: "invalid-argument" });
});

test.each([
  ["syntax.mjs", "export default (;", /cannot load .*syntax\.mjs": ./],
  ["throws.mjs", "throw new Error('no licence');", /cannot load .*throws\.mjs": no licence/],
  ["imports.mjs", "import './nowhere.mjs';", /cannot load .*imports\.mjs": ./],
  ["empty.mjs", "export default () => ({});", /empty\.mjs" makes no transport/],
  ["nothing.mjs", "export default () => {};", /nothing\.mjs" makes no transport/],
  ["promise.mjs", `export default async (options) => ${transport};`, /promise\.mjs" makes no transport/],
])("a module that is of no use is named: %s", async (name, text, message) => {
  const path = await moduleFile(name, text);
  await expect(loadTransport(path, {})).rejects.toMatchObject({ code: "invalid-argument" });
  await expect(loadTransport(path, {})).rejects.toThrow(message);
});

test("a module that never comes to its end is given up, and named", async () => {
  const path = await moduleFile("waits.mjs", "await new Promise(() => {}); export default () => {};");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const loading = loadTransport(path, {});
    loading.catch(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(loading).rejects.toThrow(/cannot load .*waits\.mjs": it is not there within 10 s/);
  } finally {
    vi.useRealTimers();
  }
});

test("the environment's proxy is asked for where there is one, where the transport can, and where no flag says otherwise", async () => {
  const can = await moduleFile("can.mjs", `export default (options) => ${transport};`);
  const refusal = "Object.assign(new Error('no'), { name: 'HeadraceError', code: 'unsupported' })";
  const cannot = await moduleFile(
    "cannot.mjs",
    `export default (options) => { if (options.proxy) throw ${refusal}; return ${transport}; };`,
  );
  expect((await loadTransport(can, {})).version).toBe("{}");
  vi.stubEnv("https_proxy", "http://127.0.0.1:9");
  expect((await loadTransport(can, {})).version).toBe('{"proxy":"environment"}');
  expect((await loadTransport(cannot, {})).version).toBe("{}");
  expect((await loadTransport(can, { proxy: false })).version).toBe('{"proxy":false}');
  expect((await loadTransport(can, { unixSocket: "/a" })).version).toBe('{"unixSocket":"/a"}');
});

test("undici by default, curl to block", () => {
  expect([defaultTransport(false), defaultTransport(true)]).toEqual(["undici", "curl"]);
});
