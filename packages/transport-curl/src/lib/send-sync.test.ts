import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { TransportError } from "@headrace/core/transport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { curlTransport } from "../index.ts";
import { makeRequest, type ObserveInit } from "./observe-exchange.test-support.ts";

/**
 * A server in another thread: a blocking call could never be answered by its own. `/next` sends one more
 * event on the connection that asked for `/events`; `/open` says how many of those are open.
 */
const serverCode = `
const net = require("node:net");
const zlib = require("node:zlib");
const { parentPort } = require("node:worker_threads");
let events;
let open = 0;
const answer = (text) => "HTTP/1.1 200 OK\\r\\nContent-Length: " + text.length + "\\r\\n\\r\\n" + text;
const routes = {
  "/events": (socket) => {
    events = socket;
    open++;
    socket.on("close", () => open--);
    socket.write("HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n7\\r\\nevent 0\\r\\n");
  },
  "/next": (socket) => { events.write("5\\r\\nevent\\r\\n"); socket.write(answer("")); },
  "/last": (socket) => { events.write("0\\r\\nX-Last: yes\\r\\n\\r\\n"); socket.write(answer("")); },
  "/open": (socket) => socket.write(answer(String(open))),
  "/short": (socket) => socket.end("HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhello"),
  "/gzip": (socket) => {
    const body = zlib.gzipSync("data: 1\\n\\n");
    socket.write("HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: " + body.length + "\\r\\n\\r\\n");
    socket.write(body);
  },
  "/large": (socket) => {
    socket.write("HTTP/1.1 200 OK\\r\\nContent-Length: 8388608\\r\\n\\r\\n");
    for (let i = 0; i < 128; i++) socket.write(Buffer.alloc(65536, i));
  },
};
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (request) => routes[request.toString().split(" ")[1]](socket));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

let worker: Worker;
let origin = "";
beforeAll(async () => {
  worker = new Worker(serverCode, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => worker.terminate());

const transport = curlTransport();
afterAll(() => transport.close());

interface BlockingInit extends ObserveInit {
  readonly nextWait?: () => number;
}

/** Sends one request through `sendSync`. */
function exchange(path: string, init: BlockingInit = {}): { body: string; trailers: Headers | undefined } {
  let body = "";
  let trailers: Headers | undefined;
  const patience = performance.now() + 4000;
  const nextWait = (): number => {
    if (performance.now() > patience) throw new Error("the call blocks for too long");
    return 1000;
  };
  transport.sendSync(
    makeRequest(origin + path, init),
    {
      head: (head) => init.onHead?.(head),
      body(bytes) {
        const piece = Buffer.from(bytes).toString("latin1");
        body += piece;
        return init.onBody?.(piece);
      },
      trailers: (received) => void (trailers = received),
    },
    init.nextWait ?? nextWait,
  );
  return { body, trailers };
}

function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Waits until the server has seen the connections of `/events` close. */
function untilClosed(): void {
  while (exchange("/open").body !== "0");
}

test("each event is delivered before the next is sent, by calls inside the sink", () => {
  let asked = 0;
  const { body, trailers } = exchange("/events", {
    onBody: () => void exchange(asked++ < 20 ? "/next" : "/last"),
  });
  expect(body).toBe(`event 0${"event".repeat(20)}`);
  expect(trailers?.get("x-last")).toBe("yes");
});

test("a large body, with the same bytes", () => {
  const { body } = exchange("/large");
  expect(body.length).toBe(8_388_608);
  expect([body.charCodeAt(0), body.charCodeAt(65_536 * 7), body.charCodeAt(body.length - 1)]).toEqual([0, 7, 127]);
});

test("a content coding", () => {
  expect(exchange("/gzip").body).toBe("data: 1\n\n");
});

test("a cut body is delivered, then truncated", () => {
  let body = "";
  expect(errorOf(() => exchange("/short", { onBody: (piece) => void (body += piece) }))).toMatchObject({
    code: "truncated",
  });
  expect(body).toBe("hello");
});

test("nextWait is asked before and after every wait, and what it throws ends the call", () => {
  const clock = new TransportError("timeout", "idle");
  let asked = 0;
  const nextWait = (): number => {
    if (++asked === 9) throw clock;
    return 1;
  };
  expect(errorOf(() => exchange("/events", { nextWait }))).toBe(clock);
  expect(asked).toBe(9);
  untilClosed();
});

test("a nextWait that is no number ends the call, and one without end is a second at most", () => {
  let asked = 0;
  const nextWait = (): number => {
    if (++asked === 50) throw new Error("the call spins");
    return Number.NaN;
  };
  expect(errorOf(() => exchange("/events", { nextWait }))).toMatchObject({ code: "internal" });
  untilClosed();
  expect(exchange("/gzip", { nextWait: () => Infinity }).body).toBe("data: 1\n\n");
});

test("what the sink throws, the call throws", () => {
  const mine = { mine: true };
  const onHead = (): never => {
    throw mine;
  };
  expect(errorOf(() => exchange("/events", { onHead }))).toBe(mine);
  untilClosed();
});

test("an abort inside the sink is honoured when that call returns", () => {
  const controller = new AbortController();
  let calls = 0;
  const onBody = (): void => {
    calls++;
    exchange("/next");
    controller.abort("enough");
    exchange("/next");
  };
  expect(errorOf(() => exchange("/events", { onBody, signal: controller.signal }))).toBe("enough");
  expect(calls).toBe(1);
  untilClosed();
});

test("an aborted signal and a promise from the sink", () => {
  expect(errorOf(() => exchange("/events", { signal: AbortSignal.abort("before") }))).toBe("before");
  const onBody = (): Promise<void> => Promise.reject(new Error("unheard"));
  expect(errorOf(() => exchange("/events", { onBody }))).toMatchObject({ code: "invalid-argument" });
  untilClosed();
});

test("connectTimeout, and a refused connection", async () => {
  const silent = new Worker(
    `const net = require("node:net"); const s = net.createServer(() => {}).listen(0, "127.0.0.1",
      () => require("node:worker_threads").parentPort.postMessage(s.address().port));`,
    { eval: true },
  );
  const [port] = (await once(silent, "message")) as [number];
  const send = (): void =>
    transport.sendSync(
      makeRequest(`https://127.0.0.1:${port}/`, { connectTimeout: 150 }),
      { head() {}, body() {} },
      () => 1000,
    );
  const start = performance.now();
  expect(errorOf(send)).toMatchObject({ code: "timeout", phase: "connect" });
  expect(performance.now() - start).toBeLessThan(350);
  await silent.terminate();
  expect(errorOf(send)).toMatchObject({ code: "connect", detail: "refused" });
});

test("a closed transport, and one closed by force inside the sink", async () => {
  const other = curlTransport();
  const patient = (): never => {
    throw new Error("the call waits");
  };
  const send = (onHead: () => void, nextWait: () => number = () => 1000): void =>
    other.sendSync(makeRequest(`${origin}/events`), { head: onHead, body() {} }, nextWait);
  const closing: Promise<void>[] = [];
  expect(errorOf(() => send(() => void closing.push(other.close(), other.close({ force: true }))))).toMatchObject({
    code: "closed",
  });
  expect(errorOf(() => send(() => {}, patient))).toMatchObject({ code: "closed" });
  await Promise.all(closing);
  untilClosed();
});
