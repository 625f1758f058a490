import { gzipSync } from "node:zlib";
import { type ScriptedConnection, type ScriptedServer, startScriptedServer } from "@headrace/conformance";
import { asHeadraceError } from "@headrace/core";
import { createFetch } from "@headrace/core/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transports } from "./compositions.ts";

type Fetch = typeof globalThis.fetch;

const text = (status: string, body: string, ...fields: string[]): string =>
  [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${body.length}`, "", body].join("\r\n");
const chunked = (...fields: string[]): string =>
  ["HTTP/1.1 200 OK", ...fields, "Transfer-Encoding: chunked", "", ""].join("\r\n");
const chunk = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;
const zipped = gzipSync("zipped");
const inGzip = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`;

const coded: typeof answers = { "/gzip": [inGzip, zipped] };
const redirects: typeof answers = {
  "/loop": [text("302 Found", "", "Location: /loop")],
  "/ftp": [text("302 Found", "", "Location: ftp://127.0.0.1/")],
};

const answers: Readonly<Record<string, (string | Uint8Array)[]>> = {
  "/json": [text("200 OK", '{"a":1}', "Content-Type: application/json", "X-Two: 1", "X-Two: 2")],
  "/chunked": [chunked("Content-Type: text/plain"), chunk("one "), chunk("two"), "0\r\n\r\n"],
  "/cookies": [text("200 OK", "", "Set-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "Set-Cookie: b=2")],
  "/reason": [text("200 Very Fine", "x")],
  "/no-reason": ["HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx"],
  "/404": [text("404 Not Found", "no such thing")],
  "/503": [text("503 Busy", "later", "Retry-After: 1")],
  "/204": ["HTTP/1.1 204 No Content\r\n\r\n"],
  "/304": ["HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"],
  "/301": [text("301 Moved", "moved", "Location: /json?there")],
  "/303": [text("303 See Other", "", "Location: /echo")],
  "/307": [text("307 Temporary", "", "Location: /echo")],
  "/no-location": [text("302 Found", "nowhere")],
  "/cut": [chunked(), chunk("one")],
  "/reset": [],
};

async function answer(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    const { method, target, body } = await connection.request();
    const [path = ""] = target.split("?");
    if (path === "/echo") {
      await connection.send(text("200 OK", `${method} ${Buffer.from(body).toString()}`));
    } else if (method === "HEAD") {
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    } else await connection.send(...(answers[path] ?? redirects[path] ?? coded[path] ?? [text("200 OK", path)]));
    if (path === "/cut") return connection.fin();
    if (path === "/reset") return connection.rst();
  }
}

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer(answer);
  return () => server.close();
});

/** All that a program can see of a call. */
async function seenBy(fetch: Fetch, path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(server.url(path), init);
  } catch (error) {
    return nameOf(error);
  }
  const { status, ok, statusText, url, redirected, type, headers, body, bodyUsed } = response;
  const first = { status, ok, statusText, url, redirected, type, hasBody: body !== null, bodyUsed };
  const fields = Array.from(headers, ([name, value]) => `${name}: ${value}`).toSorted();
  const clone = response.clone();
  const read = await response.text().catch(nameOf);
  const again = [clone.url, clone.status, clone.type, await clone.text().catch(nameOf)];
  return { ...first, fields, read, again, used: response.bodyUsed };
}

/** A TypeError's message is its own but where the network failed: programs go by that. */
function nameOf(error: unknown): string {
  const { name, message } = error as Error;
  return ["fetch failed", "terminated"].includes(message) ? `${name}: ${message}` : name;
}

const calls: readonly (readonly [path: string, init: RequestInit])[] = [
  ...Object.keys(answers).map((path) => [path, {}] as const),
  ["/301", { redirect: "manual" }],
  ["/301", { method: "POST", body: "x" }],
  ["/303", { method: "PUT", body: "x" }],
  ["/307", { method: "POST", body: "x" }],
  ["/echo", { method: "POST", body: new URLSearchParams({ a: "b c" }) }],
  ["/echo", { method: "post", body: new Blob(["blob"]).stream(), duplex: "half" }],
  ["/echo", { method: "QUERY" }],
  ["/json", { method: "HEAD" }],
  ["/json", { body: "a GET has none" }],
  ["/json", { headers: { "bad name": "x" } }],
  ["/json#fragment", {}],
];

describe.each(transports)("createFetch($name) and Node's own fetch", ({ create }) => {
  const transport = create({});
  const fetch = createFetch(transport);
  afterAll(() => transport.close());

  test.each(calls)("say the same of %s %o", async (path, init) => {
    const theirs = await seenBy(globalThis.fetch, path, refreshed(init));
    expect(await seenBy(fetch, path, refreshed(init))).toEqual(theirs);
  });

  const decodes = transport.supports.decompression?.includes("gzip") === true;
  test.runIf(decodes)("say the same of a coding that is undone", async () => {
    expect(await seenBy(fetch, "/gzip", {})).toEqual(await seenBy(globalThis.fetch, "/gzip", {}));
  });

  test.skipIf(decodes)(
    "a coding that the transport does not undo is refused, where Node hands on what it cannot",
    async () => {
      const error: unknown = await fetch(server.url("/gzip")).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TypeError);
      expect(asHeadraceError(error)?.code).toBe("unsupported");
    },
  );

  test.each<[string, RequestInit]>([
    ["/301", { redirect: "error" }],
    ["/no-location", { redirect: "error" }],
    ["/loop", {}],
    ["/ftp", {}],
  ])("both refuse the redirect of %s %o, and ours says why", async (path, init) => {
    await expect(globalThis.fetch(server.url(path), init)).rejects.toThrow(TypeError);
    const error: unknown = await fetch(server.url(path), init).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(asHeadraceError(error)?.code).toBe("redirect");
  });

  test("are read in every way that a Response is", async () => {
    for (const each of [globalThis.fetch, fetch]) {
      const get = (path: string): Promise<Response> => each(server.url(path));
      expect(await (await get("/json")).json()).toEqual({ a: 1 });
      expect(new Uint8Array(await (await get("/chunked")).arrayBuffer())).toEqual(new TextEncoder().encode("one two"));
      expect(await (await (await get("/chunked")).blob()).text()).toBe("one two");
      const pieces = [];
      for await (const piece of (await get("/chunked")).body ?? []) pieces.push(Buffer.from(piece).toString());
      expect(pieces.join("")).toBe("one two");
      let decoded = "";
      for await (const piece of (await get("/chunked")).body?.pipeThrough(new TextDecoderStream()) ?? [])
        decoded += piece;
      expect(decoded).toBe("one two");
      const [left, right] = (await get("/chunked")).body?.tee() ?? [];
      expect(await new Response(left).text()).toBe("one two");
      expect(await new Response(right).text()).toBe("one two");
    }
  });
});

/** A stream can be sent once. */
function refreshed(init: RequestInit): RequestInit {
  return init.body instanceof ReadableStream ? { ...init, body: new Blob(["blob"]).stream() } : init;
}
