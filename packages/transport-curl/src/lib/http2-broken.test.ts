import { certificates, startScriptedServer, type Script, type ScriptedServer } from "@headrace/conformance";
import { afterEach, describe, expect, test } from "vitest";
import { curlTransport, type CurlTransport } from "../index.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";

const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A frame of HTTP/2 (RFC 9113 section 4.1), one character a byte. */
const frame = (type: number, flags: number, stream: number, payload = ""): string =>
  `${String.fromCharCode(0, 0, payload.length, type, flags, 0, 0, 0, stream)}${payload}`;
const settings = frame(4, 0, 0);
/** The head of a 200, and some of its body. */
const begun = (stream: number): string => frame(1, 4, stream, "\x88") + frame(0, 0, stream, "hello");
/** SETTINGS are of six bytes each. */
const malformed = frame(4, 0, 0, "abc");
const http11Required = (stream: number): string => frame(3, 0, stream, "\0\0\0\x0d");

interface Gate {
  open(): void;
  readonly opened: Promise<void>;
}

function createGate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

interface Served {
  readonly server: ScriptedServer;
  readonly transport: CurlTransport;
}

async function serve(script: Script, tls?: "tls"): Promise<Served> {
  const { server: pair, ca } = await certificates();
  const server = await startScriptedServer(script, {
    onScriptError: () => {},
    ...(tls && { tls: { ...pair, ALPNProtocols: ["h2", "http/1.1"] } }),
  });
  const transport = curlTransport(tls ? { httpVersion: "2", ca } : { httpVersion: "h2c" });
  cleanups.push(
    () => server.close(),
    () => transport.close({ force: true }),
  );
  return { server, transport };
}

test("RST_STREAM(HTTP_1_1_REQUIRED) after the head: nothing of a second response is taken for more of the first", async () => {
  const received = createGate();
  const { server, transport } = await serve(async (connection) => {
    if (connection.ordinal > 1) {
      await connection.request();
      return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
    }
    await connection.read(24);
    await connection.send(Buffer.from(settings + begun(1), "latin1"));
    await received.opened;
    await connection.send(Buffer.from(http11Required(1), "latin1"));
  }, "tls");
  const { body, error } = await observeExchange(transport, server.url(), { onBody: received.open });
  expect([body, error?.code, server.requests.length]).toEqual(["hello", "reset", 0]);
});

// 7.88.1 takes it for an end: see `supports.endProof`.
describe.runIf(curl.versionNumber >= 0x080000)("a frame that is none, on a connection that stays open", () => {
  /** Begins a response, then sends it when told to. */
  const serveMalformed = (go: Gate, sent?: Gate): Promise<Served> =>
    serve(async (connection) => {
      await connection.read(24);
      await connection.send(Buffer.from(settings + begun(1), "latin1"));
      await go.opened;
      await connection.send(Buffer.from(malformed, "latin1"));
      sent?.open();
    });

  test("is heard of, after what came before it", async () => {
    const received = createGate();
    const { server, transport } = await serveMalformed(received);
    const { body, error } = await observeExchange(transport, server.url(), { onBody: received.open });
    expect([body, error?.code, error?.phase]).toEqual(["hello", "protocol", "body"]);
  });

  test("is heard of by a sink that held back meanwhile", async () => {
    const [received, sent] = [createGate(), createGate()];
    const { server, transport } = await serveMalformed(received, sent);
    const onBody = (): Promise<void> => (received.open(), sent.opened);
    const { body, error } = await observeExchange(transport, server.url(), { onBody });
    expect([body, error?.code]).toEqual(["hello", "protocol"]);
  });
});
