import { startScriptedServer, type ScriptedServer } from "@headrace/conformance";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport, type UndiciTransportOptions } from "./undici-transport.ts";

afterEach(() => void vi.unstubAllEnvs());

async function serve(): Promise<ScriptedServer> {
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  onTestFinished(() => server.close());
  return server;
}

function open(options: UndiciTransportOptions): ReturnType<typeof undiciTransport> {
  const transport = undiciTransport(options);
  onTestFinished(() => transport.close({ force: true }));
  return transport;
}

test("the environment is read only where it is asked for, and then at each request", async () => {
  const server = await serve();
  const transports = [open({}), open({ proxy: false }), open({ proxy: "environment" })] as const;
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

test("a proxy's credentials go to it as in RFC 7617, percent-decoded into bytes", async () => {
  const server = await serve();
  const { body } = await receive(open({ proxy: `http://%C3%A9:x%zz@127.0.0.1:${server.port}` }), "http://a.test/");
  expect(body).toBe("ok");
  const expected = Buffer.from("\u00e9:x%zz").toString("base64");
  expect(server.requests[0]?.value("proxy-authorization")).toBe(`Basic ${expected}`);
});
