import { inspect } from "node:util";
import { startScriptedServer } from "@headrace/conformance";
import { expect, onTestFinished, test } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

test("a proxy that echoes the request puts no credential into the error", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send(connection.received);
    connection.fin();
  });
  const transport = undiciTransport({ proxy: `http://user:s3cret@127.0.0.1:${server.port}` });
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  const { error } = await receive(transport, "https://a.test/");
  expect(error).toMatchObject({ code: "proxy", phase: "connect" });
  expect(Buffer.from(server.connections[0]?.received ?? []).toString()).toContain("proxy-authorization");
  // The parser's error would have the bytes, as its `data`.
  expect(error).not.toHaveProperty("cause");
  expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|Basic|proxy-authorization/i);
});
