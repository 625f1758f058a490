import { expect, test } from "vitest";
import { createFetch } from "./create-fetch.ts";
import { asHeadraceError } from "../headrace-error.ts";
import { bytes, head, type Script, scriptedTransport, stalled, stream } from "../scripted-transport.ts";
import { TransportError } from "../transport-error.ts";
import type { TransportRequest } from "../transport.ts";

const url = "http://a.example/";
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const answer =
  (status: number, headers: Record<string, string> = {}, ...pieces: string[]): Script =>
  async (request, sink) => {
    sink.head({ ...head(request, { status, headers }), statusText: "So It Is" });
    for (const piece of pieces) await sink.body(bytes(piece));
  };

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

/** The request that a call makes. */
async function sent(input: string | URL | Request, init?: RequestInit): Promise<TransportRequest> {
  const transport = scriptedTransport(answer(204));
  await createFetch(transport)(input, init);
  return transport.requests[0] as TransportRequest;
}

test("gives a genuine Response with a genuine stream of bytes", async () => {
  const response = await createFetch(scriptedTransport(answer(201, { "x-a": "1" }, "hel", "lo")))(`${url}path#there`);
  expect(response).toBeInstanceOf(Response);
  expect(response.body).toBeInstanceOf(ReadableStream);
  const { status, ok, statusText, url: final, redirected, type } = response;
  expect({ status, ok, statusText, final, redirected, type }).toEqual({
    status: 201,
    ok: true,
    statusText: "So It Is",
    final: `${url}path`,
    redirected: false,
    type: "basic",
  });
  expect(response.headers.get("x-a")).toBe("1");
  expect(await response.text()).toBe("hello");
});

test("a clone has its own body, and all that the original says", async () => {
  const fetch = createFetch(scriptedTransport(stream("once")));
  const response = await fetch(url);
  const again = response.clone().clone();
  expect(again).toMatchObject({ url, redirected: false, type: "basic", status: 200 });
  expect(await Promise.all([again.text(), response.text()])).toEqual(["once", "once"]);
});

test("Set-Cookie lines stay apart", async () => {
  const transport = scriptedTransport((request, sink) => {
    const headers = new Headers([
      ["set-cookie", "a=1, 2"],
      ["set-cookie", "b=2"],
    ]);
    sink.head({ ...head(request), headers });
  });
  expect((await createFetch(transport)(url)).headers.getSetCookie()).toEqual(["a=1, 2", "b=2"]);
});

test.each([204, 205, 304])("a %i has no body", async (status) => {
  const response = await createFetch(scriptedTransport(answer(status)))(url);
  expect([response.status, response.body]).toEqual([status, null]);
});

test("the response to HEAD has no body, whatever coding it names", async () => {
  const fetch = createFetch(scriptedTransport(answer(200, { "content-encoding": "br" })));
  expect((await fetch(url, { method: "head" })).body).toBeNull();
});

test("a status is never an error, but one that no Response can have is `protocol`", async () => {
  const response = await createFetch(scriptedTransport(answer(599, {}, "no")))(url);
  expect([response.status, response.ok, await response.text()]).toEqual([599, false, "no"]);
  for (const init of [{}, { method: "HEAD" }]) {
    const error = await failureOf(createFetch(scriptedTransport(answer(999)))(url, init));
    expect(error).toBeInstanceOf(TypeError);
    expect(asHeadraceError(error)).toMatchObject({ code: "protocol", phase: "head", response: { status: 999 } });
  }
});

test("a reason phrase that no Response can have is left out", async () => {
  const transport = scriptedTransport((request, sink) => sink.head({ ...head(request), statusText: "…" }));
  expect((await createFetch(transport)(url)).statusText).toBe("");
});

test("a content coding that the transport does not undo is `unsupported`", async () => {
  const coded = answer(404, { "content-encoding": "zstd" }, "x");
  const error = await failureOf(createFetch(scriptedTransport(coded, { decompression: ["gzip"] }))(url));
  expect(asHeadraceError(error)?.code).toBe("unsupported");
  expect((error as Error).message).toContain("zstd");
  expect((await createFetch(scriptedTransport(coded, { decompression: ["zstd"] }))(url)).status).toBe(404);
});

test("redirects are followed, refused, or given as they are", async () => {
  const script: Script = (request, sink) => {
    const moved = request.url.pathname === "/";
    return answer(moved ? 302 : 200, moved ? { location: "/there" } : {}, moved ? "moved" : "here")(request, sink, 0);
  };
  const fetch = createFetch(scriptedTransport(script));
  const followed = await fetch(url);
  expect([followed.url, followed.redirected, await followed.text()]).toEqual([`${url}there`, true, "here"]);
  const given = await fetch(url, { redirect: "manual" });
  expect([given.status, given.headers.get("location"), await given.text()]).toEqual([302, "/there", "moved"]);
  const error = await failureOf(fetch(new Request(url, { redirect: "error" })));
  expect(error).toBeInstanceOf(TypeError);
  expect(asHeadraceError(error)?.code).toBe("redirect");
});

test("with `error` a redirect that says not where to is an error too", async () => {
  const fetch = createFetch(scriptedTransport(answer(302)));
  expect(asHeadraceError(await failureOf(fetch(url, { redirect: "error" })))?.code).toBe("redirect");
  expect((await fetch(url)).status).toBe(302);
});

test("a transport that follows redirects by itself cannot be told not to", async () => {
  const fetch = createFetch(scriptedTransport(answer(200), { redirects: "automatic" }));
  expect(asHeadraceError(await failureOf(fetch(url, { redirect: "manual" })))?.code).toBe("unsupported");
});

test("a refused redirect names its URL once", async () => {
  const fetch = createFetch(scriptedTransport(answer(302, { location: "/there" })));
  const error = await failureOf(fetch(`${url}here`, { redirect: "error" }));
  const message = "redirect not followed from http://a.example/here: 302 where redirects are errors; GET by scripted";
  expect((error as Error).message).toBe(message);
});

test("the headers of a response cannot be changed, but copies of them can", async () => {
  const response = await createFetch(scriptedTransport(answer(200, { "x-a": "1" })))(url);
  for (const { headers } of [response, response.clone()]) {
    expect(() => headers.set("x-a", "2")).toThrow(TypeError);
    expect(() => headers.append("x-b", "2")).toThrow(TypeError);
    expect(() => headers.delete("x-a")).toThrow(TypeError);
    expect(headers).toBeInstanceOf(Headers);
    expect([...headers]).toEqual([["x-a", "1"]]);
  }
  const copy = new Response(null, response).headers;
  copy.set("x-a", "2");
  expect(copy.get("x-a")).toBe("2");
});

test("a failure of the network says what Node's says, and has ours as its cause", async () => {
  const transport = scriptedTransport(() => Promise.reject(new TransportError("connect", "refused")));
  const error = await failureOf(createFetch(transport)(`${url}?key=s3cret&s3cret&s3cret==`));
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toBe("fetch failed");
  const message = "refused; GET by scripted to http://a.example/?key=…&…&…";
  expect(asHeadraceError(error)).toMatchObject({ code: "connect", phase: "connect", message, bytesReceived: 0 });
});

test("any other failure says what it is", async () => {
  const closed = scriptedTransport(() => Promise.reject(new TransportError("closed", "the transport is closed")));
  expect((await failureOf(createFetch(closed)(url))) as Error).toMatchObject({
    name: "TypeError",
    message: expect.stringContaining("the transport is closed") as string,
  });
});

test("a body that is cut is read to the cut, and fails then", async () => {
  const cut: Script = async (request, sink) => {
    await stream("all ", "of it")(request, sink, 0);
    throw new TransportError("truncated", "cut");
  };
  const response = await createFetch(scriptedTransport(cut))(url);
  await macrotask(); // The failure is there before the first read.
  const read: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const piece of response.body ?? []) read.push(new TextDecoder().decode(piece));
  };
  const error = await failureOf(reading());
  expect(read.join("")).toBe("all of it");
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toBe("terminated");
  expect(asHeadraceError(error)).toMatchObject({ code: "truncated", bytesReceived: 9, response: { status: 200 } });
  expect(asHeadraceError(error)?.message).toBe("cut after 9 bytes; 200 by scripted from http://a.example/");
});

test("an abort before the head rejects with the very reason, and nothing is sent after one", async () => {
  const transport = scriptedTransport((request) => stalled(request.signal));
  const fetch = createFetch(transport);
  const controller = new AbortController();
  const reason = new TransportError("connect", "one of ours");
  const aborted = failureOf(fetch(url, { signal: controller.signal }));
  await macrotask();
  controller.abort(reason);
  expect(await aborted).toBe(reason);
  expect(await failureOf(fetch(url, { signal: controller.signal }))).toBe(reason);
  expect(await failureOf(fetch(new Request(url, { signal: controller.signal })))).toBe(reason);
  expect(transport.requests).toHaveLength(1);
});

test("a member of `init` replaces that of the Request", async () => {
  const given = new Request(url, { method: "POST", body: "theirs", headers: { "x-a": "1" }, credentials: "omit" });
  const asItIs = await sent(given.clone());
  expect([asItIs.method, new TextDecoder().decode(asItIs.body ?? undefined)]).toEqual(["POST", "theirs"]);
  expect([asItIs.headers.get("x-a"), asItIs.headers.get("content-type"), asItIs.credentials]).toEqual([
    "1",
    "text/plain;charset=UTF-8",
    "omit",
  ]);
  const mine = await sent(given, { method: "PUT", body: "mine", headers: { "x-b": "2" }, credentials: "include" });
  expect([mine.method, new TextDecoder().decode(mine.body ?? undefined)]).toEqual(["PUT", "mine"]);
  expect([mine.headers.get("x-a"), mine.headers.get("x-b"), mine.credentials]).toEqual([null, "2", "include"]);
});

test("nothing is added to the headers but what asks for no coding", async () => {
  expect([...(await sent(url)).headers]).toEqual([["accept-encoding", "identity"]]);
  const headers = { "Accept-Encoding": "gzip", Accept: "text/html" };
  expect(Object.fromEntries((await sent(url, { headers })).headers)).toEqual({
    accept: "text/html",
    "accept-encoding": "gzip",
  });
});

test("a transport or a timeout that cannot be is refused when the fetch is made", () => {
  expect(() => createFetch(undefined as never)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  const transport = scriptedTransport(answer(204), { connectTimeout: false });
  expect(() => createFetch(transport, { timeouts: { connect: 10 } })).toThrow(
    expect.objectContaining({ code: "unsupported" }),
  );
  expect(() => createFetch(transport, { timeouts: { idle: -1 } })).toThrow(
    expect.objectContaining({ code: "invalid-argument" }),
  );
});

test("connecting has the verbs' time limit", async () => {
  expect((await sent(url)).connectTimeout).toBe(10_000);
});
