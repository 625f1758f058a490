import { certificates, startScriptedServer, type Script } from "@headrace/conformance";
import { expect, onTestFinished, test } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

async function serve(script: Script, tls = false) {
  const server = await startScriptedServer(script, tls ? { tls: (await certificates()).selfSigned } : {});
  const transport = undiciTransport({ insecure: tls });
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  return { server, transport };
}

/** As many turns of the event loop as the client would need to notice what has come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const interim =
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
const final = "HTTP/1.0 203 Very \xe9 Fine\r\nX-A: \xc3\xa9\r\nContent-Length: 2\r\n\r\nok";

test.each(["whole", "byte by byte"])(
  "interim responses are passed over, and the status line is kept, %s",
  async (how) => {
    const { server, transport } = await serve(async (connection) => {
      await connection.request();
      const bytes = Buffer.from(interim + final, "latin1");
      if (how === "whole") await connection.send(bytes);
      else await connection.sendEach(bytes);
    });
    const { head, body, error } = await receive(transport, server.url());
    expect(error).toBeUndefined();
    expect(head).toMatchObject({ status: 203, statusText: "Very \xe9 Fine", httpVersion: "1.0" });
    expect(head?.headers.get("x-a")).toBe("\xc3\xa9");
    expect(body).toBe("ok");
  },
);

test("an interim response that a kept connection sends before the request is none: the connection is given up", async () => {
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (connection.ordinal === 1) await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
    await connection.closed();
  });
  await receive(transport, server.url());
  await server.scriptsDone();
  expect(await receive(transport, server.url())).toMatchObject({ body: "ok" });
  expect(server.connections).toHaveLength(2);
});

test.each([
  ["HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ["HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ["HTTP/1.1 100 Continue\r\n\r\n".repeat(200)],
  ["SSH-2.0-OpenSSH\r\n"],
  [`HTTP/1.1 200 ${"x".repeat(300_000)}`],
  [`HTTP/1.1 103 Early Hints\r\nX: ${"x".repeat(300_000)}`],
])("what begins no response is protocol (%#)", async (bytes) => {
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    await connection.send(bytes);
    await connection.closed();
  });
  const { head, error } = await receive(transport, server.url());
  expect(head).toBeUndefined();
  expect(error).toMatchObject({ code: "protocol", phase: "head" });
});

test.each([
  ["chunked", "TCP"],
  ["close-delimited", "TCP"],
  ["chunked", "TLS"],
])("a reset while the sink is pending loses nothing that had come, %s over %s", async (framing, below) => {
  const piece = "x".repeat(16 * 1024);
  const chunk = (text: string): string => (framing === "chunked" ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
  let pause = (): void => {};
  let reset = (): void => {};
  const paused = new Promise<void>((resolve) => (pause = resolve));
  const wasReset = new Promise<void>((resolve) => (reset = resolve));
  // More than is read ahead, so that the socket is held; few enough for the server's kernel to send them all at once.
  const pieces = 7;
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    await connection.send(
      `HTTP/1.1 200 OK\r\n${framing === "chunked" ? "Transfer-Encoding: chunked\r\n" : ""}\r\n`,
      chunk("first"),
    );
    await paused;
    for (let i = 0; i < pieces; i++) {
      await connection.send(chunk(piece));
      await turns();
    }
    connection.rst();
    await turns();
    reset();
  }, below === "TLS");
  const { body, error } = await receive(transport, server.url(), {
    onBody(text) {
      if (text !== "first") return undefined;
      pause();
      return wasReset;
    },
  });
  expect(body.length).toBe("first".length + pieces * piece.length);
  expect(error).toMatchObject({ code: "reset", phase: "body" });
});
