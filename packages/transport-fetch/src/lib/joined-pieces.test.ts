import type { ResponseSink, TransportRequest } from "@headrace/core/transport";
import { afterEach, expect, test, vi } from "vitest";
import { fetchTransport } from "./fetch-transport.ts";

afterEach(() => void vi.unstubAllGlobals());

const long = "x".repeat(20_000);

/** Sends one request with a fetch whose body comes in these pieces, each group in one turn of the event loop. */
function receive(groups: string[][], body: ResponseSink["body"], failure?: Error): Promise<void> {
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const group of groups) {
        for (const piece of group) controller.enqueue(Buffer.from(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (failure) controller.error(failure);
      else controller.close();
    },
  });
  const request: TransportRequest = {
    url: new URL("http://127.0.0.1:1/"),
    method: "GET",
    headers: new Headers(),
    body: null,
    signal: new AbortController().signal,
    connectTimeout: 0,
  };
  const fetch = () => Promise.resolve(new Response(stream));
  return fetchTransport({ fetch }).send(request, { head: () => {}, body });
}

const groups = [
  ["a", "b", "c"],
  ["d", "e"],
];

test("pieces that come in one turn are handed on as one, those of another turn are not kept for it", async () => {
  const pieces: string[] = [];
  await receive(groups, (bytes) => void pieces.push(Buffer.from(bytes).toString()));
  expect(pieces).toEqual(["abc", "de"]);
});

test("a user's fake timers do not keep them", async () => {
  const faked = vi.spyOn(process, "nextTick").mockImplementation(() => {});
  const pieces: string[] = [];
  await receive([["a", "b"]], (bytes) => void pieces.push(Buffer.from(bytes).toString())).finally(() =>
    faked.mockRestore(),
  );
  expect(pieces).toEqual(["ab"]);
});

test("in a browser each is handed on as it comes", async () => {
  vi.stubGlobal("process", { versions: {}, nextTick: () => {} });
  vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 Chrome/140.0.0.0" });
  const pieces: string[] = [];
  await receive(groups, (bytes) => void pieces.push(Buffer.from(bytes).toString()));
  expect(pieces).toEqual(["a", "b", "c", "d", "e"]);
});

test.each([
  ["short", [["a", "b"], ["c"], ["d", "e", "f"]], "abcdef"],
  ["long", [[long, long], ["c"], [long]], `${long}${long}c${long}`],
  [
    "both",
    [
      ["a", "b", long, "c", "d"],
      [long, "e"],
    ],
    `ab${long}cd${long}e`,
  ],
])("to a pending sink %s pieces come in order, one at a time", async (_, all, text) => {
  const pieces: string[] = [];
  let pending = 0;
  await receive(all, async (bytes) => {
    expect(pending++).toBe(0);
    pieces.push(Buffer.from(bytes).toString());
    await new Promise((resolve) => setImmediate(resolve));
    pending--;
  });
  expect(pieces.join("")).toBe(text);
});

test("a sink that throws is not called again, though more has come", async () => {
  const mine = new Error("mine");
  let calls = 0;
  const sent = receive([["a", long]], () => {
    calls++;
    throw mine;
  });
  await expect(sent).rejects.toBe(mine);
  expect(calls).toBe(1);
});

test("what came before a failure is delivered before it, also where the sink was pending", async () => {
  const pieces: string[] = [];
  const sent = receive(
    [
      ["a", "b"],
      ["c", long, "d"],
    ],
    async (bytes) => {
      await new Promise((resolve) => setImmediate(resolve));
      pieces.push(Buffer.from(bytes).toString());
    },
    new TypeError("lost"),
  );
  await expect(sent).rejects.toMatchObject({ message: "fetch lost the response: lost" });
  expect(pieces.join("")).toBe(`abc${long}d`);
});
