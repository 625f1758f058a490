import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createRequest, type RequestOptions, type UnsentRequest } from "./create-request.ts";
import { asHeadraceError } from "./headrace-error.ts";
import { scriptedTransport } from "./scripted-transport.ts";

const transport = scriptedTransport(() => {});
const defaults = { accept: "text/event-stream" };

function make(url: string | URL, options: Partial<RequestOptions> = {}): UnsentRequest {
  return createRequest(url, { transport, ...options }, defaults) as UnsentRequest;
}

function refusal(url: string | URL, options: Partial<RequestOptions> = {}) {
  try {
    make(url, options);
  } catch (error) {
    return asHeadraceError(error);
  }
  return undefined;
}

test("a GET with only the headers that core adds", () => {
  const request = make("http://a.example/a?");
  expect(request).toMatchObject({ method: "GET", body: null, connectTimeout: 10_000 });
  expect(request.url.href).toBe("http://a.example/a?");
  expect(Object.fromEntries(request.headers)).toEqual({ accept: "text/event-stream", "accept-encoding": "identity" });
});

test("an empty fragment is none", () => {
  expect(make("http://a.example/x?#").url.href).toBe("http://a.example/x?");
});

test("userinfo becomes Authorization, in UTF-8, and leaves the URL with the fragment", () => {
  const request = make("http://u%40:p%3Aé@a.example/x#f");
  expect(request.url.href).toBe("http://a.example/x");
  expect(request.headers.get("authorization")).toBe(`Basic ${Buffer.from("u@:p:é").toString("base64")}`);
});

test("a malformed escape in userinfo is taken as it stands", () => {
  expect(make("http://u:%zz@a.example/").headers.get("authorization")).toBe(`Basic ${btoa("u:%zz")}`);
});

test("the user's Authorization wins over userinfo", () => {
  expect(make("http://u:p@a.example/", { headers: { Authorization: "mine" } }).headers.get("authorization")).toBe(
    "mine",
  );
});

test("the user's headers replace core's", () => {
  const request = make("http://a.example/", { headers: { Accept: "a/b", "Accept-Encoding": "gzip" } });
  expect(Object.fromEntries(request.headers)).toEqual({ accept: "a/b", "accept-encoding": "gzip" });
});

test("accept-encoding is not added where the transport cannot send it", () => {
  const browser = scriptedTransport(() => {}, { forbiddenHeaders: ["accept-encoding"] });
  expect(make("http://a.example/", { transport: browser }).headers.has("accept-encoding")).toBe(false);
});

test("lastEventId is sent as UTF-8 bytes", () => {
  const request = createRequest("http://a.example/", { transport }, { lastEventId: "…" }) as UnsentRequest;
  expect(request.headers.get("last-event-id")).toBe("\u00e2\u0080\u00a6");
});

test.each([
  [{ body: "é" }, [0xc3, 0xa9], "text/plain;charset=UTF-8"],
  [{ body: new Uint16Array([0x0201]) }, [1, 2], null],
  [{ body: new Uint8Array([1, 2, 3]).buffer }, [1, 2, 3], null],
  [{ body: new DataView(new Uint8Array([1, 2, 3]).buffer, 1) }, [2, 3], null],
  [
    { body: new URLSearchParams({ a: "ü" }) },
    [...Buffer.from("a=%C3%BC")],
    "application/x-www-form-urlencoded;charset=UTF-8",
  ],
  [{ json: { a: 1 } }, [...Buffer.from('{"a":1}')], "application/json"],
  [{ json: null }, [...Buffer.from("null")], "application/json"],
  [{ body: "" }, [], "text/plain;charset=UTF-8"],
])("POSTs %o", (options, expected, type) => {
  const request = make("http://a.example/", options);
  expect(request.method).toBe("POST");
  expect([...(request.body ?? [])]).toEqual(expected);
  expect(request.headers.get("content-type")).toBe(type);
});

test("a Blob brings its type, a FormData its boundary", async () => {
  const blob = await createRequest(
    "http://a.example/",
    { transport, body: new Blob(["x"], { type: "a/b" }) },
    defaults,
  );
  expect([blob.headers.get("content-type"), blob.body?.length]).toEqual(["a/b", 1]);
  const form = new FormData();
  form.set("a", "1");
  const multipart = await createRequest("http://a.example/", { transport, body: form }, defaults);
  expect(multipart.headers.get("content-type")).toMatch(/^multipart\/form-data; boundary=/);
});

test("bytes are copied: changing them later changes nothing", () => {
  const body = new Uint8Array([1]);
  const request = make("http://a.example/", { body });
  body[0] = 2;
  expect(request.body?.[0]).toBe(1);
});

test.each([
  ["patch", "patch"],
  ["post", "POST"],
  ["Delete", "DELETE"],
  ["REPORT", "REPORT"],
])("method %s is sent as %s", (method, sent) => {
  expect(make("http://a.example/", { method }).method).toBe(sent);
});

const SECRET = "s3cr3t";
test.each<[string, string, Partial<RequestOptions>, string?]>([
  ["no transport", "http://a.example/", { transport: undefined as never }],
  [
    "a newer contract",
    "http://a.example/",
    { transport: scriptedTransport(() => {}, { contract: 2 as never }) },
    "unsupported",
  ],
  ["a relative URL", "/x", {}],
  ["not a URL", `http://${SECRET}:99999/`, {}],
  ["userinfo in a bad URL", `http://u:${SECRET}@:0:0/`, {}],
  ["an empty host", "http://", {}],
  ["ftp", `ftp://u:${SECRET}@a.example/`, {}],
  ["file", "file:///etc/hostname", {}],
  ["data", `data:,${SECRET}`, {}],
  ["about:blank", "about:blank", {}],
  ["a method with a space", "http://a.example/", { method: "GET / HTTP/1.1\r\nX: y" }],
  ["CONNECT", "http://a.example/", { method: "connect" }],
  ["TRACE", "http://a.example/", { method: "TRACE" }],
  ["a header value with CR LF", "http://a.example/", { headers: { "x-a": `${SECRET}\r\nX-I: 1` } }],
  ["a header value ending in LF", "http://a.example/", { headers: { "x-a": `${SECRET}\n` } }],
  ["a header value with NUL", "http://a.example/", { headers: { "x-a": `${SECRET}\0` } }],
  ["a header value above U+00FF", "http://a.example/", { headers: { "x-a": `${SECRET}…` } }],
  ["a header name with a space", "http://a.example/", { headers: { [`x ${SECRET}`]: "1" } }],
  ["a header name with a colon", "http://a.example/", { headers: [[`x:${SECRET}`, "1"]] }],
  ["an empty header name", "http://a.example/", { headers: { "": SECRET } }],
  ["Connection", "http://a.example/", { headers: { Connection: SECRET } }],
  ["Content-Length", "http://a.example/", { headers: { "content-length": "3" } }],
  ["Transfer-Encoding", "http://a.example/", { headers: { "Transfer-Encoding": "chunked" } }],
  ["Expect", "http://a.example/", { headers: { Expect: "100-continue" } }],
  ["TE", "http://a.example/", { headers: { TE: "trailers" } }],
  ["Upgrade", "http://a.example/", { headers: { upgrade: "h2c" } }],
  ["Proxy-Authorization", "http://a.example/", { headers: { "Proxy-Authorization": SECRET } }],
  [
    "a forbidden header",
    "http://a.example/",
    { transport: scriptedTransport(() => {}, { forbiddenHeaders: ["host"] }), headers: { Host: SECRET } },
    "unsupported",
  ],
  ["GET with a body", "http://a.example/", { method: "GET", body: SECRET }],
  ["HEAD with a body", "http://a.example/", { method: "head", body: SECRET }],
  ["body and json", "http://a.example/", { body: SECRET, json: 1 }],
  ["bytes that were transferred", "http://a.example/", { body: transferred() }],
  ["a buffer that was transferred", "http://a.example/", { body: transferred().buffer }],
  ["a stream as body", "http://a.example/", { body: new ReadableStream() as never }],
  ["json that refers to itself", "http://a.example/", { json: circular() }],
  ["json that is a function", "http://a.example/", { json: () => SECRET }],
  ["a negative time-out", "http://a.example/", { timeouts: { idle: -1 } }],
  ["a time-out that is no number", "http://a.example/", { timeouts: { head: "1" as never } }],
  [
    "connect where it cannot be kept",
    "http://a.example/",
    { transport: scriptedTransport(() => {}, { connectTimeout: false }), timeouts: { connect: 5 } },
    "unsupported",
  ],
])("refuses %s, and says nothing secret", (_, url, options, code = "invalid-argument") => {
  const error = refusal(url, options);
  expect(error).toMatchObject({ code, phase: "arguments" });
  expect(error?.cause).toBeUndefined();
  expect([error?.message, error?.stack, JSON.stringify(error), inspect(error)].join()).not.toContain(SECRET);
});

test("an ID with a control character is refused, whoever gave it", () => {
  for (const lastEventId of ["a\r", "a\n", "a\0", "a\u0001", "\u007f"]) {
    expect(() => createRequest("http://a.example/", { transport }, { lastEventId })).toThrow(/lastEventId/);
  }
});

test("frozen options are not changed", () => {
  const headers = Object.freeze({ "x-a": "1" });
  const url = Object.freeze(new URL("http://u:p@a.example/#f"));
  make(url, Object.freeze({ headers, timeouts: Object.freeze({ connect: 1 }) }));
  expect(url.href).toBe("http://u:p@a.example/#f");
});

function transferred(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

function circular(): unknown {
  const value: Record<string, unknown> = { secret: SECRET };
  value["self"] = value;
  return value;
}

test("a header whose value is no string is told as that", () => {
  for (const value of [undefined, 5, ["x"]]) {
    const headers = { authorization: value } as never;
    expect(() => make("http://a.example/", { headers })).toThrow(/header authorization must be a string/);
  }
});
