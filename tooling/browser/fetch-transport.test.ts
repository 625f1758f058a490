import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type ScriptedConnection, type ScriptedServer, startScriptedServer } from "@headrace/conformance";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumMissing, launchChromium } from "./chromium.ts";
import { eventStream, head } from "./oracle-case.ts";
import { serveSources, type SourceServer } from "./serve-sources.ts";
import { callInPage, fetchInPage, firstMessageInPage, type PageCall, type PageOutcome } from "./verbs-in-page.ts";

const why = chromiumMissing === undefined ? "" : ` (${chromiumMissing})`;
/** Chromium leaves about one in a hundred of the connections open whose fetch was aborted, its own pages' too (run on 150). */
const mayStayOpen = { retry: 2, timeout: 2000 };
const verbs = ["forEachEvent", "openEventStream", "subscribe"] as const;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunkedHead = head("200 OK", `${eventStream}Transfer-Encoding: chunked\r\n`);
const [one, two] = [chunk("id: 1\ndata: a\n\n"), chunk("id: 2\ndata: b\n\ndata: c")];

describe.skipIf(chromiumMissing !== undefined)(`fetchTransport in Chromium${why}`, () => {
  let sources: SourceServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    sources = await serveSources();
    browser = await launchChromium();
    page = await browser.newPage();
    await page.exposeFunction("tellTaken", (url: string, count: number) => waiting.get(`${url} ${count}`)?.());
    await page.goto(sources.origin);
    const names = ["core", "core/fetch", "event-source", "transport-fetch"].map((name) => `"@headrace/${name}"`);
    const script = `const modules = await Promise.all([${names.join()}].map((name) => import(name)));
      globalThis.headrace = Object.assign({}, ...modules);`;
    await page.addScriptTag({ type: "module", content: script });
    await page.waitForFunction("globalThis.headrace");
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    sources?.close();
  });

  async function serve(script: (connection: ScriptedConnection) => Promise<void>): Promise<ScriptedServer> {
    const server = await startScriptedServer(script);
    onTestFinished(() => server.close());
    return server;
  }

  const waiting = new Map<string, () => void>();
  /** Resolves when the page has taken so many events of a URL. */
  const taken = (url: string, count: number): Promise<void> =>
    new Promise((resolve) => waiting.set(`${url} ${count}`, resolve));
  const call = (plan: PageCall): Promise<PageOutcome> => page.evaluate(callInPage, plan);

  /** A stream of these parts, each a chunk, that ends as `end` says. */
  function stream(
    parts: readonly string[],
    end: (connection: ScriptedConnection) => unknown = () => {},
  ): Promise<ScriptedServer> {
    return serve(async (connection) => {
      await connection.request();
      await connection.send(chunkedHead);
      for (const part of parts) await connection.send(part);
      await end(connection);
    });
  }
  /** A stream that stays open, and a promise of its connection's end. */
  async function openStream(): Promise<{ server: ScriptedServer; closed: Promise<unknown> }> {
    let opened = (_closed: Promise<unknown>): void => {};
    const closed = new Promise<unknown>((resolve) => (opened = resolve));
    const server = await serve(async (connection) => {
      await connection.request(); // Chromium also opens connections that it may need.
      opened(connection.closed());
      await connection.send(chunkedHead, one, two);
      await connection.closed();
    });
    return { server, closed };
  }
  const whole = (connection: ScriptedConnection): Promise<void> => connection.send(chunk("\n\n"), "0\r\n\r\n");

  test.each(["forEachEvent", "openEventStream"] as const)(
    "%s: the events, however they are cut, and the response",
    async (verb) => {
      const server = await stream([one, two], whole);
      const response = { status: 200, url: server.url(), redirected: false };
      expect(await call({ verb, url: server.url() })).toEqual({ data: ["a", "b", "c"], end: "end", response });
    },
  );

  test("a POST of JSON, asked for beforehand as another origin must", async () => {
    const requests: string[][] = [];
    const server = await serve(async (connection) => {
      const preflight = await connection.request();
      const allowed = "Access-Control-Allow-Methods: *\r\nAccess-Control-Allow-Headers: content-type,x-a\r\n";
      await connection.send(head("204 No Content", allowed));
      const { method, body, value } = await connection.request();
      requests.push([
        preflight.method,
        method,
        Buffer.from(body).toString(),
        ...["accept", "content-type", "x-a"].map((name) => value(name) ?? ""),
      ]);
      await connection.send(chunkedHead, one, "0\r\n\r\n");
    });
    const init = { json: { stream: true }, headers: { "x-a": "b" } };
    expect(await call({ verb: "forEachEvent", url: server.url(), init })).toMatchObject({ data: ["a"], end: "end" });
    expect(requests).toEqual([["OPTIONS", "POST", '{"stream":true}', "text/event-stream", "application/json", "b"]]);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("what the browser asked for as %s is read", async (coding, compress) => {
    const body = compress("data: a\n\n");
    const asked: string[] = [];
    const fields = `${eventStream}Access-Control-Expose-Headers: *\r\nContent-Length: ${body.length}\r\n`;
    const server = await serve(async (connection) => {
      asked.push(...((await connection.request()).value("accept-encoding") ?? "").split(", "));
      await connection.send(head("200 OK", `${fields}Content-Encoding: ${coding}\r\n`), body);
    });
    expect(await call({ verb: "forEachEvent", url: server.url() })).toMatchObject({ data: ["a"], end: "end" });
    expect(asked).toContain(coding);
  });

  test("a redirect is followed by the browser, and the response says so", async () => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(head("302 Found", "Location: /moved\r\nContent-Length: 0\r\n"));
      await connection.request();
      await connection.send(chunkedHead, one, "0\r\n\r\n");
    });
    const response = { status: 200, url: new URL("/moved", server.url()).href, redirected: true };
    expect(await call({ verb: "openEventStream", url: server.url() })).toEqual({ data: ["a"], end: "end", response });
  });

  test.each(verbs)("%s: what the reader leaves is closed", mayStayOpen, async (verb) => {
    const { server, closed } = await openStream();
    expect(await call({ verb, url: server.url(), leaveAt: 1 })).toMatchObject({ data: ["a"], end: "end" });
    await closed;
  });

  test.each(verbs.flatMap((verb) => [0, 1].map((at) => [verb, at] as const)))(
    "%s: an abort at event %i rejects with its reason, and closes the connection",
    mayStayOpen,
    async (verb, abortAt) => {
      const { server, closed } = await openStream();
      expect(await call({ verb, url: server.url(), abortAt })).toMatchObject({ end: "the reason" });
      if (abortAt > 0) await closed;
    },
  );

  test.each<[string, (connection: ScriptedConnection) => unknown, string, string]>([
    // A page of another origin is not shown how the body is framed, so `truncated` it cannot be.
    ["a FIN inside the chunks", (connection) => connection.fin(), "reset", "body"],
    ["a bad chunk", (connection) => connection.send("not a size\r\n"), "reset", "body"],
    ["an end before the terminal", (connection) => connection.send("0\r\n\r\n"), "incomplete", "end"],
  ])("%s, after the events that came before it", async (_name, end, code, phase) => {
    const server = await stream([one, two], async (connection) => {
      await bothTaken;
      await end(connection);
    });
    const bothTaken = taken(server.url(), 2);
    const plan = { verb: "forEachEvent", url: server.url(), init: { terminal: "[DONE]" } } as const;
    expect(await call(plan)).toMatchObject({ data: ["a", "b"], end: [code, phase] });
  });

  test("a server that cannot be reached, or whose answer is kept from the page, is a network error", async () => {
    const error = { data: [], end: ["network", "connect"] };
    expect(await call({ verb: "forEachEvent", url: "http://127.0.0.1:1/" })).toEqual(error);
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(chunkedHead.replace(/access-control.*\r\n/i, ""), one, "0\r\n\r\n");
    });
    expect(await call({ verb: "forEachEvent", url: server.url() })).toEqual(error);
  });

  test.each([
    ["status", head("500 Oh", `${eventStream}Content-Length: 2\r\n`)],
    ["content-type", head("200 OK", "Content-Type: text/html\r\nContent-Length: 2\r\n")],
    ["no-content", head("204 No Content", "")],
  ])("a response that is no stream is %s", async (code, answer) => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(answer, code === "no-content" ? "" : "no");
    });
    expect(await call({ verb: "openEventStream", url: server.url() })).toEqual({ data: [], end: [code, "head"] });
  });

  test("a stream that falls silent runs into its idle clock", async () => {
    const server = await stream([one], async (connection) => void (await connection.closed()));
    const init = { timeouts: { idle: 50 } };
    const outcome = await call({ verb: "forEachEvent", url: server.url(), init });
    expect(outcome).toMatchObject({ data: ["a"], end: ["timeout", "idle"] });
  });

  test.each<[string, Record<string, unknown>]>([
    ["a header that a browser keeps for itself", { headers: { cookie: "a=b" } }],
    ["a connect clock", { timeouts: { connect: 1000 } }],
    ["a redirect to be seen", { redirect: "manual" }],
  ])("%s is refused before anything is sent", async (_name, init) => {
    const plan = { verb: "forEachEvent", url: "http://127.0.0.1:1/", init } as const;
    expect(await call(plan)).toEqual({ data: [], end: ["unsupported", "arguments"] });
  });

  test("subscribe goes on where the last connection ended", async () => {
    const ids: (string | undefined)[] = [];
    const server = await serve(async (connection) => {
      for (;;) {
        const { method, value } = await connection.request();
        if (method === "OPTIONS") {
          await connection.send(head("204 No Content", "Access-Control-Allow-Headers: last-event-id\r\n"));
          continue;
        }
        const event = `retry: 1\nid: ${ids.push(value("last-event-id"))}\ndata: ${ids.length}\n\n`;
        await connection.send(chunkedHead, chunk(event), "0\r\n\r\n");
      }
    });
    const outcome = await call({ verb: "subscribe", url: server.url(), leaveAt: 3 });
    expect(outcome).toMatchObject({ data: ["1", "2", "3"], end: "end" });
    expect(ids).toEqual([undefined, "1", "2"]);
  });

  test("createFetch gives the page a fetch, and EventSource one of its own", async () => {
    const end = (connection: ScriptedConnection): Promise<void> => connection.send("0\r\n\r\n");
    expect(await page.evaluate(fetchInPage, (await stream([one], end)).url())).toBe("id: 1\ndata: a\n\n");
    const { origin, href } = new URL((await stream([one], end)).url());
    expect(await page.evaluate(firstMessageInPage, href)).toEqual(["a", "1", origin]);
  });
});
