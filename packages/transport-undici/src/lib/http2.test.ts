import { createServer, type Server, type TLSSocket } from "node:tls";
import { createServer as createHttp2, createSecureServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { certificates } from "@headrace/conformance";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

const { ca, server: identity } = await certificates();

function open(httpVersion: "2" | "h2c" = "2") {
  const transport = undiciTransport({ httpVersion, ca });
  onTestFinished(() => transport.close({ force: true }));
  return transport;
}

async function listen(server: Pick<Server | Http2Server, "listen" | "address" | "close">): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

type Frame = readonly [type: number, flags: number, id: number, payload: Uint8Array];
const END_STREAM = 1;
const END_HEADERS = 4;
const uint32 = (value: number): Buffer => Buffer.of(0, 0, 0, value);
/** `:status: 200` is entry 8 of HPACK's static table. */
const head = (id: number): Frame => [1, END_HEADERS, id, Buffer.of(0x88)];
const data = (id: number, text: string, flags = 0): Frame => [0, flags, id, Buffer.from(text)];
const reset = (id: number, code: number): Frame => [3, 0, id, uint32(code)];
const goaway = (lastId: number, code: number): Frame => [7, 0, 0, Buffer.concat([uint32(lastId), uint32(code)])];

function write(socket: TLSSocket, ...frames: Frame[]): void {
  for (const [type, flags, id, payload] of frames) {
    socket.write(Buffer.concat([Buffer.of(0, 0, payload.length, type, flags, 0, 0, 0, id), payload]));
  }
}

/** An HTTP/2 server of exact frames: answers each HEADERS with what `respond` says, connection and stream counted. */
async function serveFrames(
  respond: (socket: TLSSocket, id: number, connection: number) => void,
): Promise<{ url: string; seen: number[] }> {
  const seen: number[] = [];
  let connections = 0;
  const server = createServer({ ...identity, ALPNProtocols: ["h2"] }, (socket) => {
    const connection = ++connections;
    let bytes = Buffer.alloc(0);
    let preface = 24;
    write(socket, [4, 0, 0, Buffer.alloc(0)]);
    socket
      .on("error", () => {})
      .on("data", (piece: Buffer) => {
        bytes = Buffer.concat([bytes, piece]);
        bytes = bytes.subarray(Math.min(preface, bytes.length));
        preface = 0;
        for (
          let length;
          bytes.length >= 9 && bytes.length >= 9 + (length = bytes.readUIntBE(0, 3));
          bytes = bytes.subarray(9 + length)
        ) {
          if (bytes[3] !== 1) continue;
          seen.push(connection);
          respond(socket, bytes.readUInt32BE(5), connection);
        }
      });
  });
  return { url: `https://${await listen(server)}`, seen };
}

test("HTTP/2 is spoken where ALPN agrees on it: version, fields, trailers, a POST", async () => {
  const server = createSecureServer(identity);
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    let body = "";
    stream.on("data", (bytes: Buffer) => (body += String(bytes)));
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
    stream.on("end", () => {
      stream.respond(
        { ":status": 201, "set-cookie": ["a=1", "b=2"], "x-path": headers[":path"] },
        { waitForTrailers: true },
      );
      stream.end(`${headers["content-length"]} ${body}`);
    });
  });
  const url = `https://${await listen(server)}a?`;
  const {
    head: received,
    body,
    trailers,
    error,
  } = await receive(open(), url, { method: "POST", body: Buffer.from("hello") });
  expect(error).toBeUndefined();
  expect(received).toMatchObject({ status: 201, httpVersion: "2" });
  expect(received?.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(received?.headers.get("x-path")).toBe("/a?");
  expect(body).toBe("5 hello");
  expect(trailers).toEqual([["x-end", "1"]]);
});

test("exchanges share one connection, also those that start before it is open", async () => {
  let sessions = 0;
  const server = createSecureServer(identity);
  server.on("session", () => sessions++);
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond();
    stream.end("ok");
  });
  const url = `https://${await listen(server)}`;
  const transport = open();
  const all = await Promise.all(Array.from({ length: 10 }, () => receive(transport, url)));
  expect(all.map(({ body, error }) => error ?? body)).toEqual(all.map(() => "ok"));
  expect(sessions).toBe(1);
});

test("a 205 ends at its head, and its stream alone is cut", async () => {
  // Frames, since a server of Node's ends the stream of a 205 itself. A literal value for entry 8 of the static table.
  const { url, seen } = await serveFrames((socket, id) => {
    write(socket, [1, END_HEADERS, id, Buffer.from("\x08\x03205", "latin1")]);
    if (id > 1) write(socket, data(id, "hi"));
  });
  const transport = open();
  for (let i = 0; i < 3; i++) {
    const { head: received, body, error } = await receive(transport, url);
    expect([received?.status, body, error]).toEqual([205, "", undefined]);
  }
  expect(seen).toEqual([1, 1, 1]);
});

test("where the server has no HTTP/2, HTTP/1.1 is spoken, with a connection for each exchange", async () => {
  const server = createHttps(identity, (_request, response) => response.end("ok"));
  const url = `https://${await listen(server)}`;
  onTestFinished(() => server.closeAllConnections());
  const transport = open();
  const all = await Promise.all([1, 2, 3].map(() => receive(transport, url)));
  expect(all.map(({ body, head: received }) => [body, received?.httpVersion])).toEqual(all.map(() => ["ok", "1.1"]));
});

test("h2c is HTTP/2 with prior knowledge", async () => {
  const server = createHttp2();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.respond();
    stream.end("ok");
  });
  expect(await receive(open("h2c"), `http://${await listen(server)}`)).toMatchObject({
    body: "ok",
    head: { httpVersion: "2" },
  });
});

describe("how a stream ends", () => {
  test.each<[string, (id: number) => Frame[], string | undefined, string]>([
    ["END_STREAM", (id) => [head(id), data(id, "hi", END_STREAM)], undefined, "hi"],
    [
      "END_STREAM, then RST_STREAM(NO_ERROR)",
      (id) => [head(id), data(id, "hi", END_STREAM), reset(id, 0)],
      undefined,
      "hi",
    ],
    ["RST_STREAM(NO_ERROR)", (id) => [head(id), data(id, "hi"), reset(id, 0)], "reset", "hi"],
    ["RST_STREAM(CANCEL)", (id) => [head(id), data(id, "hi"), reset(id, 8)], "reset", "hi"],
    ["RST_STREAM(INTERNAL_ERROR)", (id) => [head(id), data(id, "hi"), reset(id, 2)], "reset", "hi"],
    ["RST_STREAM(CANCEL) before the head", (id) => [reset(id, 8)], "reset", ""],
    ["GOAWAY with an error", (id) => [head(id), data(id, "hi"), goaway(id, 2)], "truncated", "hi"],
  ])("%s", async (_name, frames, code, text) => {
    const { url } = await serveFrames((socket, id) => write(socket, ...frames(id)));
    const { body, error } = await receive(open(), url);
    expect([error?.code, body]).toEqual([code, text]);
  });

  test("loss of the connection", async () => {
    const { url } = await serveFrames((socket, id) => {
      write(socket, head(id), data(id, "hi"));
      socket.end();
    });
    expect(await receive(open(), url)).toMatchObject({ body: "hi", error: { code: "truncated" } });
  });

  test("DATA short of Content-Length", async () => {
    const server = createSecureServer(identity);
    server.on("stream", (stream: ServerHttp2Stream) => {
      stream.respond({ "content-length": 10 });
      stream.end("hi");
    });
    expect(await receive(open(), `https://${await listen(server)}`)).toMatchObject({ error: { code: "protocol" } });
  });
});

describe("what the server did not take", () => {
  test("a POST that is refused is not sent again, and may be repeated", async () => {
    const { url, seen } = await serveFrames((socket, id) => write(socket, reset(id, 7)));
    const { error } = await receive(open(), url, { method: "POST", body: Buffer.from("x") });
    expect(error).toMatchObject({ code: "reset", phase: "head", retryable: true });
    expect(seen).toHaveLength(1);
  });

  test("a GET that is refused is sent once more", async () => {
    const { url, seen } = await serveFrames((socket, id) => write(socket, reset(id, 7)));
    expect(await receive(open(), url)).toMatchObject({ error: { code: "reset", retryable: true } });
    expect(seen).toHaveLength(2);
  });

  test.each([
    ["GET", undefined, [1, 1, 2]],
    ["POST", "reset", [1, 1]],
  ])("a %s beyond GOAWAY, while another stream goes on", async (method, code, connections) => {
    let later: (() => void) | undefined;
    const { url, seen } = await serveFrames((socket, id, connection) => {
      if (connection === 2) return write(socket, head(id), data(id, "second", END_STREAM));
      if (id > 1) return write(socket, goaway(1, 0));
      later = () => write(socket, data(1, "bye", END_STREAM));
      write(socket, head(1), data(1, "hi"));
    });
    const transport = open();
    let second: ReturnType<typeof receive> | undefined;
    const first = receive(transport, url, {
      onBody(body) {
        if (body !== "hi") return;
        second = receive(transport, url, { method, body: method === "POST" ? Buffer.from("x") : null });
        void second.then(() => later?.());
      },
    });
    expect(await first).toMatchObject({ body: "hibye", error: undefined });
    expect((await second)?.error?.code).toBe(code);
    expect(seen).toEqual(connections);
  });
});

test("an abort resets the stream alone", async () => {
  const server = createSecureServer(identity);
  let sessions = 0;
  let closed = 0;
  server.on("session", () => sessions++);
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {}).on("close", () => closed++);
    stream.respond();
    stream.write("hi");
    if (closed > 0) stream.end();
  });
  const url = `https://${await listen(server)}`;
  const transport = open();
  const controller = new AbortController();
  const { error } = await receive(transport, url, {
    signal: controller.signal,
    onBody: () => controller.abort(new Error("enough")),
  });
  expect(error?.message).toBe("enough");
  await vi.waitFor(() => expect(closed).toBe(1));
  expect(await receive(transport, url)).toMatchObject({ body: "hi", error: undefined });
  expect(sessions).toBe(1);
});
