import { expect, test } from "vitest";
import { createFetch } from "./create-fetch.ts";
import { asHeadraceError } from "../headrace-error.ts";
import { head, scriptedTransport } from "../scripted-transport.ts";
import type { TransportRequest, TransportSupport } from "../transport.ts";

const url = "http://a.example/";
type Arguments = Parameters<typeof globalThis.fetch>;

async function sent(args: Arguments, supports: Partial<TransportSupport> = {}): Promise<TransportRequest> {
  const transport = scriptedTransport((request, sink) => sink.head(head(request, { status: 204 })), supports);
  await createFetch(transport)(...args);
  return transport.requests[0] as TransportRequest;
}

/** What a call rejects with: the TypeError's message and our code. Nothing is sent. */
async function refusal(...args: Arguments): Promise<{ message: string; code: string | undefined }> {
  const transport = scriptedTransport((request, sink) => sink.head(head(request, { status: 204 })));
  const error: unknown = await createFetch(transport)(...args).then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  expect(transport.requests).toEqual([]);
  return { message: (error as Error).message, code: asHeadraceError(error)?.code };
}

test.each<[string, Arguments]>([
  ["a URL with a password", ["http://user:s3cret@a.example/"]],
  ["a URL with a user name", [new URL("https://s3cret@a.example/")]],
  ["a URL without a scheme's own host", ["//user:s3cret@a.example/"]],
  ["a relative URL where there is no document", ["/s3cret"]],
  ["a URL that is none", ["http://s3cret:x:y"]],
  ["another scheme", ["data:text/plain,s3cret"]],
  ["a method that is no token", [url, { method: "s3c ret" }]],
  ["a method that is not for this", [url, { method: "TRACE" }]],
  ["a header name that is none", [url, { headers: { "s3cret name": "x" } }]],
  ["a header value that none can be", [url, { headers: { authorization: "s3cret\r\nx: y" } }]],
  ["a header value above U+00FF", [url, { headers: { authorization: "s3cret…" } }]],
  ["a pair that is none", [url, { headers: [["a", "s3cret", "c"]] as never }]],
  ["headers that are none", [url, { headers: "s3cret" as never }]],
  ["GET with a body", [url, { body: "s3cret" }]],
  ["HEAD with an empty body", [url, { method: "HEAD", body: "" }]],
  ["GET with a stream", [url, { body: new Blob(["s3cret"]).stream(), duplex: "half" }]],
  ["a body that is no body", [url, { method: "POST", body: { s3cret: 1 } as never }]],
  ["another duplex", [url, { method: "POST", body: "s3cret", duplex: "full" as never }]],
  ["other credentials", [url, { credentials: "s3cret" as never }]],
  ["another redirect", [url, { redirect: "s3cret" as never }]],
  ["a signal that is none", [url, { signal: {} as never }]],
  ["an init that is none", [url, "s3cret" as never]],
])("%s is refused with a TypeError that does not repeat it", async (_, args) => {
  const { message, code } = await refusal(...args);
  expect(code).toBe("invalid-argument");
  expect(message).not.toBe("");
  expect(message).not.toContain("s3cret");
});

test("headers are taken as Headers takes them", async () => {
  for (const headers of [
    { "X-A": " 1\r\n", "X-B": 2 },
    [["x-a", "1"], new Set(["x-b", 2])],
    new Headers({ "x-a": "1", "x-b": "2" }),
    new Map<string, unknown>([
      ["x-a", "1"],
      ["x-b", 2],
    ]),
  ]) {
    const request = await sent([url, { headers: headers as never }]);
    expect([request.headers.get("x-a"), request.headers.get("x-b")]).toEqual(["1", "2"]);
  }
});

test("headers of the connection are left out, and so are those that the transport cannot send", async () => {
  const headers = {
    Connection: "close",
    "Content-Length": "3",
    Expect: "100-continue",
    "Keep-Alive": "timeout=5",
    "Proxy-Authorization": "x",
    TE: "trailers",
    Trailer: "x",
    "Transfer-Encoding": "chunked",
    Upgrade: "h2c",
    "User-Agent": "mine",
    "X-A": "1",
  };
  const request = await sent([url, { headers }], { forbiddenHeaders: ["user-agent", "accept-encoding"] });
  expect([...request.headers]).toEqual([["x-a", "1"]]);
});

const form = new FormData();
form.set("a", "1");

test.each<[string, unknown, string, unknown]>([
  ["a string", "\u00fc\ud800", "\u00fc\ufffd", "text/plain;charset=UTF-8"],
  ["a number", 5, "5", "text/plain;charset=UTF-8"],
  ["an empty string", "", "", "text/plain;charset=UTF-8"],
  ["bytes", new Uint8Array([0, 65, 66]).subarray(1), "AB", null],
  ["a view", new DataView(new Uint8Array([65, 66]).buffer, 1), "B", null],
  ["an ArrayBuffer", new Uint8Array([65]).buffer, "A", null],
  ["a Blob", new Blob(["x"], { type: "a/b" }), "x", "a/b"],
  ["URLSearchParams", new URLSearchParams({ a: "ü" }), "a=%C3%BC", "application/x-www-form-urlencoded;charset=UTF-8"],
  [
    "FormData",
    form,
    expect.stringContaining('name="a"') as string,
    expect.stringMatching(/^multipart\/form-data; ?boundary=/),
  ],
])("%s is sent with Fetch's content type", async (_, body, text, type) => {
  const request = await sent([url, { method: "POST", body: body as never }]);
  expect(new TextDecoder().decode(request.body ?? undefined)).toEqual(text);
  expect(request.headers.get("content-type")).toEqual(type);
  const mine = await sent([url, { method: "POST", body: body as never, headers: { "Content-Type": "my/own" } }]);
  expect(mine.headers.get("content-type")).toBe("my/own");
});

test.each<[string, unknown]>([
  ["an object", { a: 1 }],
  ["an array", [1, 2]],
])("%s as a body is refused with what can be sent", async (_, body) => {
  const { message, code } = await refusal(url, { method: "POST", body: body as never });
  expect(code).toBe("invalid-argument");
  expect(message).toMatch(/string, bytes, .*stream.*JSON\.stringify/);
  expect(message).not.toContain("cannot");
});

test("a method is upper-cased where Fetch does so", async () => {
  const methods = ["delete", "get", "head", "options", "post", "put", "patch", "Query"];
  const made = await Promise.all(methods.map(async (method) => (await sent([url, { method }])).method));
  expect(made).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "patch", "Query"]);
});

test("null and undefined in `init` say nothing, but a signal of null is none", async () => {
  const signal = AbortSignal.abort(new Error("theirs"));
  const given = new Request(url, { method: "POST", body: "kept", signal });
  const init = { method: undefined, headers: undefined, body: null, signal: null, redirect: undefined };
  const request = await sent([given, init as never]);
  expect([request.method, new TextDecoder().decode(request.body ?? undefined)]).toEqual(["POST", "kept"]);
});

test("what is no member of ours is ignored", async () => {
  const init = { mode: "no-cors", cache: "no-store", integrity: "sha256-x", keepalive: true, agent: {} } as RequestInit;
  expect((await sent([url, init])).method).toBe("GET");
});

test("a Request from elsewhere is one by its shape", async () => {
  const request = { url, method: "POST", headers: { "x-a": "1" }, body: new Blob(["there"]).stream() };
  const { method, headers, body } = await sent([request as never]);
  expect([method, headers.get("x-a"), new TextDecoder().decode(body ?? undefined)]).toEqual(["POST", "1", "there"]);
});

test("a Request without the member `body`, as in Firefox, is sent with its body", async () => {
  const { arrayBuffer } = new Response("there");
  const request = { url, method: "POST", headers: {}, arrayBuffer: arrayBuffer.bind(new Response("there")) };
  expect(new TextDecoder().decode((await sent([request as never])).body ?? undefined)).toBe("there");
});
