import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { asHeadraceError, type EventStreamInit } from "@headrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completion } from "./answers.ts";
import { clients } from "./clients.ts";
import { type ServerThread, startServerThread } from "./server-thread.ts";

let server: ServerThread;
beforeAll(async () => {
  server = await startServerThread();
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  refused = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/`;
  closed.close();
});
afterAll(() => server.close());

/** A port that nobody listens on: it was free a moment ago. */
let refused: string;
const unknown = `http://${"x".repeat(64)}.invalid/`;

describe.each(clients)("$name", ({ create, read }) => {
  /** The data of each event, and the error if one came. */
  async function outcome(url: string, init: Partial<EventStreamInit> = {}) {
    const transport = create();
    const data: string[] = [];
    const failure = await read(url, { transport, ...init }, (event) => void data.push(event.data)).then(
      () => undefined,
      (reason: unknown) => asHeadraceError(reason) ?? reason,
    );
    await transport.close();
    return { data, failure: failure as ReturnType<typeof asHeadraceError> };
  }

  test("three canned events, HTTP/1.0, closed right after the last data line", async () => {
    expect(await outcome(`${server.url}canned`)).toEqual({ data: ["one", "two", "three"], failure: undefined });
  });

  test("the same with no line end, where the end can be proven", async () => {
    const proven = { data: ["one", "two", "three"], failure: undefined };
    const assumed = { data: ["one", "two"], failure: { code: "incomplete", pending: "three" } };
    const { closeDelimited } = create().supports.endProof ?? {};
    expect(await outcome(`${server.url}canned-no-line-end`)).toMatchObject(closeDelimited ? proven : assumed);
  });

  test("an event cut in two by a second's pause", async () => {
    expect(await outcome(`${server.url}cut-in-two`)).toEqual({ data: ["cut in two"], failure: undefined });
  });

  test("a chat completion's text, joined, up to [DONE]", async () => {
    const { data, failure } = await outcome(`${server.url}openai`, { terminal: "[DONE]", json: { stream: true } });
    expect(failure).toBeUndefined();
    const text = data.map(
      (json) => (JSON.parse(json) as { choices: [{ delta: { content: string } }] }).choices[0].delta.content,
    );
    expect(text.join("")).toBe(completion.join(""));
  });

  const faults: [string, () => string, Partial<EventStreamInit>, object, string[]][] = [
    ["a refused connection", () => refused, {}, { code: "connect", phase: "connect" }, []],
    ["an unknown host", () => unknown, {}, { code: "dns", phase: "connect" }, []],
    ["a reset before the head", () => `${server.url}reset-before-head`, {}, { code: "reset", phase: "head" }, []],
    [
      "a reset in the body",
      () => `${server.url}reset-in-body`,
      {},
      { code: "reset", phase: "body", eventsDelivered: 1 },
      ["one"],
    ],
    [
      "chunks that are cut short",
      () => `${server.url}chunks-cut`,
      {},
      { code: "truncated", eventsDelivered: 1 },
      ["one"],
    ],
    [
      "a body shorter than its length",
      () => `${server.url}length-short`,
      {},
      { code: "truncated", eventsDelivered: 1 },
      ["one"],
    ],
    [
      "a 401, whose body is kept",
      () => `${server.url}unauthorized`,
      {},
      { code: "status", status: 401, body: '{"error":"no token"}' },
      [],
    ],
    ["a login page", () => `${server.url}html`, {}, { code: "content-type", body: "<p>login" }, []],
    ["an untrusted certificate", () => server.tlsUrl, {}, { code: "tls" }, []],
    [
      "no head in time",
      () => `${server.url}no-head`,
      { timeouts: { head: 200 } },
      { code: "timeout", phase: "head" },
      [],
    ],
    [
      "no event in time",
      () => `${server.url}no-event`,
      { timeouts: { firstEvent: 200 } },
      { code: "timeout", phase: "first-event" },
      [],
    ],
    [
      "a stream that falls silent",
      () => `${server.url}silent`,
      { timeouts: { idle: 200 } },
      { code: "timeout", phase: "idle" },
      ["one"],
    ],
    [
      "an event over the limit",
      () => `${server.url}huge`,
      { maxEventSize: 1000 },
      { code: "too-large", eventsDelivered: 1 },
      ["one"],
    ],
    ["a 204", () => `${server.url}no-content`, {}, { code: "no-content" }, []],
  ];

  test.each(faults)("%s", async (_, url, init, expected, data) => {
    const result = await outcome(url(), init);
    expect(result.failure).toMatchObject(expected);
    expect(result.data).toEqual(data);
    await server.idle();
  });

  test("a stream that goes on beyond its total", async () => {
    const { failure, data } = await outcome(`${server.url}endless`, { timeouts: { total: 300 } });
    expect(failure).toMatchObject({ code: "timeout", phase: "total" });
    expect(data.length).toBeGreaterThan(2);
    await server.idle();
  });

  test("no connection in time, where the transport can tell", async ({ skip }) => {
    const silent = server.url.replace("http:", "https:");
    if (!create().supports.connectTimeout) return skip("supports.connectTimeout is false");
    const { failure } = await outcome(silent, { timeouts: { connect: 200 } });
    expect(failure).toMatchObject({ code: "timeout", phase: "connect" });
    await server.idle();
  });

  test("a header with CR LF in it: nothing is sent", async () => {
    const before = server.connections();
    const { failure } = await outcome(`${server.url}canned`, { headers: { "x-a": "a\r\nx-injected: 1" } });
    expect(failure).toMatchObject({ code: "invalid-argument" });
    expect(server.connections()).toBe(before);
  });
});
