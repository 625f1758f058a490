import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "vitest";
import { certificates } from "./certificates.ts";
import { chunk, ok, toBytes } from "./http-text.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "./scripted-server.ts";

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  return socket;
}

async function serveAndDial(kind: string, script: Script): Promise<{ server: ScriptedServer; client: Socket }> {
  const { ca, server: tls } = await certificates();
  const server = await startScriptedServer(script, kind === "TLS" ? { tls } : {});
  const socket = await dial(server.port);
  if (kind !== "TLS") return { server, client: socket };
  const client = connectTls({ socket, ca, host: "127.0.0.1" });
  await once(client, "secureConnect");
  return { server, client };
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  for await (const bytes of socket) text += (bytes as Buffer).toString("latin1");
  return text;
}

test("sends exactly what the script says, and keeps what it read", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 2x9 \xff\r\n", Uint8Array.of(0, 1));
    connection.fin();
  });
  const socket = await dial(server.port);
  socket.write("POST /p HTTP/1.1\r\nX-A:  1 \r\nContent-Length: 3\r\n\r\nabcEXTRA");
  expect(await readToEnd(socket)).toBe("HTTP/1.1 2x9 \xff\r\n\0\x01");
  const [request] = server.requests;
  expect([request?.method, request?.target, request?.value("x-a")]).toEqual(["POST", "/p", "1"]);
  expect(Buffer.from(request?.body ?? "").toString()).toBe("abc");
  expect(Buffer.from(server.connections[0]?.received ?? "").toString()).toContain("abcEXTRA");
  await server.close();
});

test("tells FIN from a reset by the client", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.closed();
  });
  const [polite, rude] = [await dial(server.port), await dial(server.port)];
  polite.end();
  rude.resetAndDestroy();
  await server.scriptsDone();
  expect(server.connections.map(({ clientClose }) => clientClose)).toEqual(["fin", "rst"]);
  await server.close();
});

describe.each(["TCP", "TLS"])("a reset over %s", (kind) => {
  test("reaches the client", async () => {
    const { server, client } = await serveAndDial(kind, async (connection) => {
      await connection.receivedBytes(1);
      connection.rst();
    });
    client.write("x");
    await expect(once(client, "close")).rejects.toMatchObject({ code: "ECONNRESET" });
    await server.close();
  });

  test.each<[string, Script]>([
    ["after the client's end", async (connection) => void (await connection.closed())],
    ["after the server's own", (connection) => connection.fin()],
  ])("%s leaves no socket", async (_, end) => {
    const { server, client } = await serveAndDial(kind, async (connection) => {
      await end(connection);
      connection.rst();
    });
    const closed = new Promise((resolve) => client.once("close", resolve));
    client.on("error", () => {}).resume();
    client.end();
    await closed;
    await server.close();
    expect(server.openSockets).toBe(0);
  });
});

test("a reset over a Unix domain socket closes it", async () => {
  const server = await startScriptedServer(
    async (connection) => {
      await connection.receivedBytes(1);
      connection.rst();
    },
    { listenOn: "unix" },
  );
  const client = connect({ path: server.path });
  client.on("error", () => {}).write("x");
  await new Promise((resolve) => client.once("close", resolve));
  await server.scriptsDone();
  await server.close();
  expect(server.openSockets).toBe(0);
});

test("over TLS a write to a client that has just reset the connection comes to its end, and leaves no socket", async () => {
  const { server: tls } = await certificates();
  let ended = "";
  const script: Script = async (connection) => {
    await connection.receivedBytes(1);
    socket.resetAndDestroy();
    await new Promise((resolve) => setImmediate(resolve));
    await connection.send("too late");
    ended = "by itself";
  };
  const server = await startScriptedServer(script, { tls });
  const socket = await dial(server.port);
  const client = connectTls({ socket, rejectUnauthorized: false }).on("error", () => {});
  client.write("x");
  await server.scriptsDone();
  await Promise.all(server.connections.map(({ gone }) => gone));
  expect([ended, server.openSockets]).toEqual(["by itself", 0]);
  await server.close();
});

test("a reset by the first turn after a TLS handshake leaves no socket", async () => {
  const { ca, server: tls } = await certificates();
  let closing: Promise<void> | undefined;
  const script: Script = (connection) => {
    connection.rst();
    closing = server.close();
  };
  const server = await startScriptedServer(script, { tls });
  const client = connectTls({ port: server.port, host: "127.0.0.1", ca });
  await new Promise((resolve) => client.on("error", () => {}).once("close", resolve));
  await closing;
  expect(server.openSockets).toBe(0);
});

test("counts what the kernel has taken, and open sockets", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.send("12345");
  });
  const socket = await dial(server.port);
  await once(socket, "data");
  expect(server.connections[0]?.bytesAccepted).toBe(5);
  expect(server.openSockets).toBe(1);
  await server.close();
  expect(server.openSockets).toBe(0);
});

test("close throws what a script threw, but not that the client has gone", async () => {
  const failing = await startScriptedServer(() => {
    throw new Error("in the script");
  });
  const socket = connect(failing.port, "127.0.0.1").on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  await expect(failing.close()).rejects.toThrow("in the script");
  const left = await startScriptedServer(async (connection) => {
    await connection.request();
  });
  (await dial(left.port)).destroy();
  await left.scriptsDone();
  await left.close();
});

test("a string is one byte a character, or refused", () => {
  expect([...toBytes("é", Uint8Array.of(1))]).toEqual([0xe9, 1]);
  expect(() => toBytes("…")).toThrow(RangeError);
  expect(Buffer.from(chunk("0123456789abcdef!")).toString()).toBe("11\r\n0123456789abcdef!\r\n");
  expect(ok("A: b")).toBe("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nA: b\r\n\r\n");
});
