import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { shapes } from "../workloads/shapes.ts";
import { streamOf } from "../workloads/workload.ts";
import { type Framing, loadTarget, type Pace, readLoadTarget } from "./load-request.ts";
import { volleyBytes, volleyWrites } from "./load-body.ts";
import { startLoadSource } from "./start-load-source.ts";

const source = await startLoadSource();
const origin = `http://127.0.0.1:${source.port}`;
afterAll(() => source.stop());

const expected = (events: number): string =>
  streamOf("anthropic", events)
    .map((item) => item.text)
    .join("");

function get(events: number, framing: Framing, pace: Pace): Promise<Response> {
  return fetch(origin + loadTarget({ workload: "anthropic", events, framing, pace }));
}

test.for(["chunked", "chunk-per-event", "length", "close"] as const)(
  "%s: the stream as it is made",
  async (framing) => {
    const beyondABlock = 3 * shapes.anthropic.period + 17;
    for (const events of [1, 2, 100, beyondABlock])
      expect(await (await get(events, framing, "burst")).text()).toBe(expected(events));
    for (const events of [1, 2, 100]) expect(await (await get(events, framing, 100_000)).text()).toBe(expected(events));
    for (const events of [1, 2, beyondABlock])
      expect(await (await get(events, framing, "volley-2000")).text()).toBe(expected(events));
  },
);

test("a chunk for each event, and chunks of 64 KiB", async () => {
  const raw = async (framing: Framing): Promise<string> => {
    const socket = connect(source.port, "127.0.0.1");
    socket.write(`GET ${loadTarget({ workload: "tiny", events: 20_000, framing, pace: "burst" })} HTTP/1.1\r\n`);
    socket.write("connection: close\r\n\r\n");
    return text(socket);
  };
  expect((await raw("chunk-per-event")).match(/\r\n9\r\ndata: \d\n\n(?=\r\n)/g)).toHaveLength(20_000);
  expect(await raw("chunked")).toMatch(/\r\n\r\n10000\r\n/);
});

test("a volley's write is one HTTP chunk, all but the last as long as they are to be", async () => {
  const request = { workload: "openai", events: 10_000, framing: "chunked", pace: "volley-1" } as const;
  const writes = [...volleyWrites(request)];
  expect(writes.length).toBeGreaterThan(3);
  for (const write of writes.slice(0, -1)) {
    expect(write).toHaveLength(volleyBytes);
    expect(write.subarray(0, 6).toString()).toBe("f9f8\r\n");
    expect(write.subarray(-2).toString()).toBe("\r\n");
  }
  expect(writes.at(-1)?.toString()).toMatch(/\r\n0\r\n\r\n$/);
});

test("a held stream has its head, and gets its body when it is let go", async () => {
  for (const pace of ["hold", "hold-50000"] as const) {
    const responses = await Promise.all([get(50, "chunked", pace), get(50, "chunk-per-event", pace)]);
    expect(await source.held()).toBe(2);
    expect(await source.release()).toBe(2);
    for (const response of responses) expect(await response.text()).toBe(expected(50));
    expect(await source.held()).toBe(0);
  }
});

test("it tells how many connections are open", async () => {
  const before = await source.open();
  const sockets = Array.from({ length: 5 }, () => connect(source.port, "127.0.0.1"));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await expect.poll(() => source.open()).toBe(before + 5);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => source.open()).toBe(before);
});

test("a connection is kept for the next request, with a body or without", async () => {
  const socket = connect(source.port, "127.0.0.1").setEncoding("latin1");
  const target = loadTarget({ workload: "tiny", events: 1, framing: "length", pace: "burst" });
  const heads = [`GET ${target} HTTP/1.1\r\n\r\n`, `POST ${target} HTTP/1.1\r\ncontent-length: 5\r\n\r\na `] as const;
  for (const head of [...heads, heads[0]]) {
    socket.write(head);
    if (head.startsWith("POST")) socket.write("b c");
    let answer = "";
    while (!answer.endsWith("\n\n")) answer += (await once(socket, "data"))[0];
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*content-length: 9\r\n\r\ndata: \d\n\n$/);
  }
  socket.end();
});

test.for([
  "/nothing",
  "/tiny?events=0",
  "/tiny?framing=morse",
  "/tiny?pace=slow",
  "/tiny?pace=hold-x",
  "/tiny?pace=volley-0",
])("%s is refused with what is wrong", async (target) => {
  expect(() => readLoadTarget(target)).toThrow(RangeError);
  const response = await fetch(origin + target);
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringMatching(/workload|events|framing|pace/),
  ]);
});

test("a target says what was asked, whatever path a client puts behind the workload", () => {
  const request = { workload: "64k", events: 3, framing: "close", pace: "hold-20" } as const;
  expect(readLoadTarget(loadTarget(request))).toEqual(request);
  expect(readLoadTarget("/openai/v1/chat/completions?pace=7")).toEqual({
    workload: "openai",
    events: 1000,
    framing: "chunked",
    pace: 7,
  });
});
