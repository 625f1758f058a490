import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { byteOffset, fromCursor, lastEventId, startingAfter } from "./resume.ts";
import { bytes, head, type Script, scriptedTransport, stalled } from "../scripted-transport.ts";
import { subscribe } from "./subscribe.ts";
import type { SubscribeInit } from "./subscribe-init.ts";
import { TransportError } from "../transport-error.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Sends each of these, then breaks. */
const pieces =
  (...all: (string | Uint8Array)[]): Script =>
  async (request, sink) => {
    sink.head(head(request));
    for (const piece of all) await sink.body(typeof piece === "string" ? bytes(piece) : piece);
    throw new TransportError("reset", "lost");
  };

async function read(
  scripts: Script[],
  init: Omit<SubscribeInit, "transport">,
  { count, url = "http://a.example/s?x=1" }: { count: number; url?: Parameters<typeof subscribe>[0] },
) {
  const transport = scriptedTransport((request, sink, hop) => scripts[hop]?.(request, sink, hop));
  const data: string[] = [];
  const reading = (async () => {
    for await (const event of subscribe(url, { transport, ...init })) if (data.push(event.data) === count) break;
  })();
  await vi.advanceTimersByTimeAsync(30_000);
  await reading;
  const { requests } = transport;
  return {
    data,
    queries: requests.map((request) => request.url.search),
    ids: requests.map(({ headers }) => headers.get("last-event-id")),
  };
}

test("lastEventId in the query", async () => {
  const scripts = [pieces("id: é 1\ndata: a\n\n"), pieces("data: b\n\n")];
  const { data, queries, ids } = await read(scripts, { resume: lastEventId({ query: "since" }) }, { count: 2 });
  expect(data).toEqual(["a", "b"]);
  expect(queries).toEqual(["?x=1", "?x=1&since=%C3%A9+1"]);
  expect(ids).toEqual([null, null]);
});

test("a query parameter leaves the rest of the URL as it was, relative or not", async () => {
  vi.stubGlobal("document", { baseURI: "http://a.example/app/" });
  const scripts = [pieces("id: 1\ndata: a\n\n"), pieces("data: b\n\n")];
  const resume = lastEventId({ query: "since" });
  for (const url of [
    "s?q=a%20b&since=0&signature=a+b~/#part",
    new URL("http://a.example/s?q=a%20b&since=0&signature=a+b~/"),
  ]) {
    const { queries } = await read(scripts, { resume }, { count: 2, url });
    expect(queries).toEqual(["?q=a%20b&since=0&signature=a+b~/", "?q=a%20b&signature=a+b~/&since=1"]);
  }
  const transport = scriptedTransport(() => {});
  const events = subscribe("http://", { transport, resume, lastEventId: "1" })[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toMatchObject({ code: "invalid-argument" });
});

test("byteOffset joins the bytes, whatever the split", async () => {
  const whole = bytes("\u{feff}data: gr\u{fc}n\n\r\ndata: blau\r\n\r\nid: 7\ndata: \u{1f308}\n\ndata: end\n\n");
  for (let cut = 1; cut < whole.length; cut++) {
    const offsets: number[] = [];
    const serve: Script = async (request, sink, hop) => {
      const from = Number(request.url.searchParams.get("from") ?? 0);
      offsets.push(from);
      await pieces(whole.subarray(from, hop === 0 ? cut : undefined))(request, sink, hop);
    };
    const { data } = await read([serve, serve], { resume: byteOffset() }, { count: 4 });
    expect([cut, data]).toEqual([cut, ["gr\u{fc}n", "blau", "\u{1f308}", "end"]]);
    expect(offsets.at(-1)).toBeLessThanOrEqual(cut);
  }
});

test("byteOffset takes no byte order mark off but the stream's own", async () => {
  const whole = bytes("data: a\n\n\u{feff}data: ignored\ndata: b\n\n");
  const serve: Script = async (request, sink, hop) => {
    const from = Number(request.url.searchParams.get("from") ?? 0);
    await pieces(whole.subarray(from, hop === 0 ? 9 : undefined))(request, sink, hop);
  };
  const { data, queries } = await read([serve, serve], { resume: byteOffset() }, { count: 2 });
  expect(data).toEqual(["a", "b"]);
  expect(queries).toEqual(["?x=1", "?x=1&from=9"]);
});

test("byteOffset counts over all connections", async () => {
  const scripts = [pieces("data: a\n\n"), pieces("data: bb\n\ndata: cut"), pieces("data: ccc\n\n")];
  const { queries } = await read(scripts, { resume: byteOffset() }, { count: 3 });
  expect(queries).toEqual(["?x=1", "?x=1&from=9", "?x=1&from=19"]);
});

test("the stream's memory outlives a connection whatever the strategy", async () => {
  const transport = scriptedTransport((request, sink, hop) =>
    pieces(hop === 0 ? "id: 7\ndata: a\n\n" : "data: b\n\n")(request, sink, hop),
  );
  const ids: string[] = [];
  const reading = (async () => {
    for await (const { lastEventId: id } of subscribe("http://a.example/", { transport, resume: byteOffset() }))
      if (ids.push(id) === 2) break;
  })();
  await vi.advanceTimersByTimeAsync(30_000);
  await reading;
  expect(ids).toEqual(["7", "7"]);
});

test("byteOffset goes on from a stored offset, and refuses what is none", async () => {
  const store = new Map([["k", "100"]]);
  const init = { resume: byteOffset({ query: "offset" }), store: { store, key: "k" } };
  const { queries } = await read([pieces("data: a\n\n"), pieces("data: b\n\n")], init, { count: 2 });
  expect(queries).toEqual(["?x=1&offset=100", "?x=1&offset=109"]);
  expect(store.get("k")).toBe("109");
  const transport = scriptedTransport(() => {});
  for (const lastEventId of ["x", "-5", "1e3", "0x10", " 7 "]) {
    const bad = subscribe("http://a.example/", { transport, resume: byteOffset(), lastEventId });
    await expect(bad[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "invalid-argument" });
  }
});

test("startingAfter names the last sequence number", async () => {
  const scripts = [
    pieces('data: {"sequence_number":0}\n\ndata: {"sequence_number":41}\n\ndata: not JSON\n\n'),
    pieces("data: b\n\n"),
  ];
  const { queries } = await read(scripts, { resume: startingAfter() }, { count: 4 });
  expect(queries).toEqual(["?x=1", "?x=1&starting_after=41"]);
});

test("fromCursor leaves the request to its functions", async () => {
  const resume = fromCursor(({ data }) => (data.startsWith("page ") ? data.slice(5) : undefined));
  const scripts = [pieces("data: page 3\n\ndata: other\n\n"), pieces("data: b\n\n")];
  const url = ({ lastEventId: cursor }: { lastEventId: string }) => `http://a.example/${cursor || "first"}`;
  const transport = scriptedTransport((request, sink, hop) => scripts[hop]?.(request, sink, hop));
  const reading = (async () => {
    for await (const { data } of subscribe(url, { transport, resume })) if (data === "b") break;
  })();
  await vi.advanceTimersByTimeAsync(30_000);
  await reading;
  expect(transport.requests.map((request) => request.url.pathname)).toEqual(["/first", "/3"]);
  expect(transport.requests.map(({ headers }) => headers.get("last-event-id"))).toEqual([null, null]);
});

test.each([
  ["throws", "no JSON", { name: "SyntaxError" }],
  ["gives something else than text", '{"at":7}', { code: "invalid-argument" }],
])("a function of fromCursor that %s ends it, the connection too", async (_, data, error) => {
  let open = 0;
  const transport = scriptedTransport(async (request, sink) => {
    open++;
    sink.head(head(request));
    await sink.body(bytes(`data: {"at":"6"}\n\ndata: ${data}\n\n`));
    await stalled(request.signal).finally(() => open--);
  });
  const resume = fromCursor((event) => (JSON.parse(event.data) as { at: string }).at);
  const events = subscribe("http://a.example/", { transport, resume })[Symbol.asyncIterator]();
  expect((await events.next()).value?.data).toBe('{"at":"6"}');
  await expect(events.next()).rejects.toMatchObject(error);
  expect(await events.next()).toEqual({ value: undefined, done: true });
  expect(open).toBe(0);
});

test.each([() => lastEventId({ query: "" }), () => fromCursor("x" as never)])("%o is an invalid argument", (make) => {
  expect(make).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
