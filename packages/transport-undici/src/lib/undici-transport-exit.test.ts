import { spawn } from "node:child_process";
import { once } from "node:events";
import { startScriptedServer } from "@headrace/conformance";
import { expect, onTestFinished, test } from "vitest";

/** Runs a module in a Node of its own, from source. @returns what it wrote, and how long it lived after that */
async function run(module: string, url: string): Promise<{ code: number | null; output: string; lingered: number }> {
  const source = `
    import { undiciTransport } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
    const sink = { head() {}, body() {} };
    const request = { url: new URL(${JSON.stringify(url)}), method: "GET", headers: new Headers(), body: null,
      signal: new AbortController().signal, connectTimeout: 10_000 };
    ${module}`;
  const child = spawn(process.execPath, ["--conditions=@headrace/source", "--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let wrote = performance.now();
  child.stdout.on("data", (bytes: Buffer) => {
    output += String(bytes);
    wrote = performance.now();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output, lingered: performance.now() - wrote };
}

test("a program that has finished exits by itself, kept connections notwithstanding", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\nContent-Length: 2\r\n\r\nok");
    await connection.closed();
  });
  onTestFinished(() => server.close());
  const { code, output, lingered } = await run(
    `await undiciTransport().send(request, sink); console.log("done");`,
    server.url(),
  );
  expect({ code, output }).toEqual({ code: 0, output: "done\n" });
  // undici keeps a connection for 4 s, and for 58 s with this Keep-Alive.
  expect(lingered).toBeLessThan(2_000);
});

test("importing the package loads no undici: the factory does", async () => {
  const list = `console.log(Object.keys(createRequire(import.meta.url).cache).some((name) => /undici.lib/.test(name)));`;
  const module = `import { createRequire } from "node:module"; ${list} undiciTransport(); ${list}`;
  expect((await run(module, "http://127.0.0.1/")).output).toBe("false\ntrue\n");
});
