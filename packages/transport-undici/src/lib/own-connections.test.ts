import { startScriptedServer, type Script } from "@headrace/conformance";
import { expect, onTestFinished, test } from "vitest";
import { receive, type Received } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function serve(script: Script) {
  const server = await startScriptedServer(script);
  const transport = undiciTransport();
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  return { server, transport };
}

/** Answers the first request of the first connection, then lets `then` loose on it; other connections answer always. */
function first(then: Script): Script {
  return async (connection) => {
    await connection.request();
    await connection.send(ok);
    if (connection.ordinal === 1) return then(connection);
    for (;;) {
      await connection.request();
      await connection.send(ok);
    }
  };
}

test("one connection serves one request after another", async () => {
  const { server, transport } = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(ok);
    }
  });
  for (let i = 0; i < 5; i++) expect(await receive(transport, server.url())).toMatchObject({ body: "ok" });
  expect(server.connections).toHaveLength(1);
});

test("a POST that a reused connection loses is not sent again", async () => {
  const { server, transport } = await serve(
    first(async (connection) => {
      await connection.request();
      connection.fin();
    }),
  );
  await receive(transport, server.url());
  const { error } = await receive(transport, server.url(), { method: "POST", body: new Uint8Array([1]) });
  expect(error).toMatchObject({ code: "reset", phase: "head" });
  expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("a GET that a reused connection loses before a byte of the response is sent once more, on a fresh one", async () => {
  const { server, transport } = await serve(
    first(async (connection) => {
      await connection.request();
      connection.rst();
    }),
  );
  await receive(transport, server.url());
  expect(await receive(transport, server.url())).toMatchObject({ body: "ok", error: undefined });
  expect(server.connections).toHaveLength(2);
});

test.each([
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "truncated"],
  ["H", "reset"],
  ["HTTP/1.1 103 Early Hints\r\n\r\n", "reset"],
])("a GET is not sent again once a byte of the response has come: %j", async (bytes, code) => {
  const { server, transport } = await serve(
    first(async (connection) => {
      await connection.request();
      await connection.send(bytes);
      connection.fin();
    }),
  );
  await receive(transport, server.url());
  expect(await receive(transport, server.url())).toMatchObject({ error: { code } });
  expect(server.connections).toHaveLength(1);
});

test("a GET lost on a fresh connection is not sent again", async () => {
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    connection.fin();
  });
  expect(await receive(transport, server.url())).toMatchObject({ error: { code: "reset", phase: "head" } });
  expect(server.connections).toHaveLength(1);
});

test("a GET is sent at most twice", async () => {
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    if (connection.ordinal === 1) {
      await connection.send(ok);
      await connection.request();
    }
    connection.fin();
  });
  await receive(transport, server.url());
  expect(await receive(transport, server.url())).toMatchObject({ error: { code: "reset" } });
  expect(server.requests).toHaveLength(3);
});

test("a POST goes out on a fresh connection when the server has closed the kept one", async () => {
  const { server, transport } = await serve(first((connection) => connection.fin()));
  await receive(transport, server.url());
  await server.connections[0]?.closed();
  const { body, error } = await receive(transport, server.url(), { method: "POST", body: new Uint8Array([1]) });
  expect({ body, error }).toEqual({ body: "ok", error: undefined });
  expect(server.connections).toHaveLength(2);
});

test("a POST goes out on a fresh connection when the server's FIN is on its way already", async () => {
  const { server, transport } = await serve(first((connection) => connection.fin()));
  await receive(transport, server.url());
  await server.scriptsDone();
  // The FIN is in this process's kernel, and nobody has turned the event loop to read it.
  const { error } = await receive(transport, server.url(), { method: "POST", body: new Uint8Array([1]) });
  expect(error).toBeUndefined();
  expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("an abort after the end leaves the connection to the next request", async () => {
  const { server, transport } = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(ok);
    }
  });
  const controller = new AbortController();
  await receive(transport, server.url(), { signal: controller.signal });
  const next = receive(transport, server.url());
  controller.abort();
  expect(await next).toMatchObject({ body: "ok" });
  expect(server.connections).toHaveLength(1);
});

test("an aborted exchange takes its connection with it, and no other", async () => {
  let closed = (): void => {};
  const secondClosed = new Promise<void>((resolve) => (closed = resolve));
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
    if (connection.ordinal === 2) return void connection.closed().then(closed);
    await secondClosed;
    await connection.send("0\r\n\r\n");
  });
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted: Promise<Received>[] = [];
  const onBody = (): void => controller.abort(reason);
  const kept = await receive(transport, server.url(), {
    onBody: () => void aborted.push(receive(transport, server.url(), { signal: controller.signal, onBody })),
  });
  expect(kept).toMatchObject({ body: "hi", error: undefined });
  expect((await aborted[0])?.error).toBe(reason);
  expect(server.connections).toHaveLength(2);
});

test("port 0 is no other port", async () => {
  const transport = undiciTransport();
  onTestFinished(() => transport.close({ force: true }));
  for (const protocol of ["http:", "https:"]) {
    const { error } = await receive(transport, `${protocol}//127.0.0.1:0/`);
    expect(error).toMatchObject({ code: "connect", phase: "connect" });
    expect(error?.message).toContain("127.0.0.1:0");
  }
});

test.each([
  ["Content-Length: 2", "", 2],
  ["Content-Length: 2", "hi", 2],
  ["Transfer-Encoding: chunked", "", 2],
  ["Transfer-Encoding: chunked", "2\r\nhi\r\n0\r\n\r\n", 2],
  ["Content-Length: 2\r\nContent-Encoding: gzip", "hi", 2],
  ["Content-Length: 0", "", 1],
])("a 205 ends at its head, with %j and %j after it", async (field, content, connections) => {
  const { server, transport } = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(`HTTP/1.1 205 Reset Content\r\n${field}\r\n\r\n${content}`);
    }
  });
  for (let i = 0; i < 2; i++) {
    const { head, body, error } = await receive(transport, server.url());
    expect([head?.status, body, error]).toEqual([205, "", undefined]);
  }
  expect(server.connections).toHaveLength(connections);
});

test("of very many connections that are idle at once 256 stay open, and the others are closed over some turns", async () => {
  let asked = 0;
  let closed = 0;
  let allAsked = (): void => {};
  const answers = new Promise<void>((resolve) => (allAsked = resolve));
  const { server, transport } = await serve(async (connection) => {
    await connection.request();
    if (++asked === 400) allAsked();
    await answers;
    await connection.send(ok);
    await connection.closed();
    closed++;
  });
  await Promise.all(Array.from({ length: 400 }, () => receive(transport, server.url())));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const inOneTurn: number[] = [];
  for (let before = closed; closed < 144; before = closed) {
    await turn();
    inOneTurn.push(closed - before);
  }
  expect(Math.max(...inOneTurn)).toBeLessThan(144);
  for (let rest = 0; rest < 10; rest++) await turn();
  expect(closed).toBe(144);
});
