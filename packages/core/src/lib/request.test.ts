import { expect, test } from "vitest";
import { createClient } from "./create-client.ts";
import { request, requestSync } from "./request.ts";
import { bytes, head, type Script, scriptedTransport } from "./scripted-transport.ts";
import { TransportError } from "./transport-error.ts";

const url = "http://a.example/";
const answer =
  (status: number, ...pieces: string[]): Script =>
  (it, sink) => {
    sink.head(head(it, { status, headers: { "content-type": "text/plain", location: "/next" } }));
    for (const piece of pieces) {
      const lent = bytes(piece);
      void sink.body(lent);
      lent.fill(0);
    }
  };

test("the whole body, of bytes that were only lent", async () => {
  const transport = scriptedTransport(answer(200, "he", "llo"));
  for (const result of [await request(url, { transport }), requestSync(url, { transport })]) {
    expect(new TextDecoder().decode(result.body)).toBe("hello");
    expect(result.response).toMatchObject({ status: 200, url });
  }
  expect(transport.requests[0]?.headers.get("accept")).toBeNull();
});

test.each([200, 201, 204, 205, 226])("%i is a response", async (status) => {
  const { response, body } = await request(url, { transport: scriptedTransport(answer(status)) });
  expect([response.status, body.length]).toEqual([status, 0]);
});

test.each([400, 500])("%i is a status error with its body", async (status) => {
  const transport = scriptedTransport(answer(status, "why"));
  await expect(request(url, { transport })).rejects.toMatchObject({ code: "status", status, body: "why" });
  expect(() => requestSync(url, { transport })).toThrow(
    expect.objectContaining({ code: "status", status, body: "why" }) as Error,
  );
});

test("redirect: manual gives the redirect", async () => {
  const { response } = await request(url, { transport: scriptedTransport(answer(302)), redirect: "manual" });
  expect([response.status, response.headers.get("location")]).toEqual([302, "/next"]);
});

test("redirect: manual is unsupported where the stack follows by itself", async () => {
  const transport = scriptedTransport(answer(200), { redirects: "automatic" });
  await expect(request(url, { transport, redirect: "manual" })).rejects.toMatchObject({ code: "unsupported" });
});

test("what arrived before a cut is counted in the error", async () => {
  const transport = scriptedTransport((it, sink) => {
    void answer(200, "hello")(it, sink, 0);
    throw new TransportError("truncated", "the body was cut short");
  });
  await expect(request(url, { transport })).rejects.toMatchObject({
    code: "truncated",
    bytesReceived: 5,
    response: { status: 200 },
  });
});

test("blocking verbs need a transport that can block, and a body that is there", () => {
  const { sendSync: _, ...asynchronous } = scriptedTransport(answer(200));
  expect(() => requestSync(url, { transport: asynchronous as never })).toThrow(
    expect.objectContaining({ code: "unsupported" }) as Error,
  );
  const blob = { transport: scriptedTransport(answer(200)), body: new Blob(["x"]) };
  expect(() => requestSync(url, blob)).toThrow(expect.objectContaining({ code: "invalid-argument" }) as Error);
});

test("a client fills in headers and time-outs, name by name", async () => {
  const transport = scriptedTransport(answer(200));
  const client = createClient({
    transport,
    headers: { "X-A": "client", "x-b": "client" },
    timeouts: { connect: 5, head: 1000 },
  });
  await client.request(url, { headers: { "x-a": "call" }, timeouts: { head: 0 } });
  const [sent] = transport.requests;
  expect([sent?.headers.get("x-a"), sent?.headers.get("x-b"), sent?.connectTimeout]).toEqual(["call", "client", 5]);
});

test("a call's time-out that is undefined leaves the client's", async () => {
  const transport = scriptedTransport(answer(200));
  const client = createClient({ transport, timeouts: { connect: 5 } });
  await client.request(url, { timeouts: { connect: undefined } });
  expect(transport.requests[0]?.connectTimeout).toBe(5);
});

test("a client's verbs reject, they do not throw", async () => {
  const client = createClient({ transport: scriptedTransport(answer(200)) });
  const call = client.request(url, { headers: { "a b": "c" } });
  await expect(call).rejects.toMatchObject({ code: "invalid-argument" });
});

test("a client has every verb, the blocking ones where its transport can block", async () => {
  const transport = scriptedTransport((it, sink) => {
    sink.head(head(it));
    void sink.body(bytes("data: a\n\n"));
  });
  const client = createClient({ transport });
  const seen: string[] = [];
  await client.forEachEvent(url, {}, ({ data }) => void seen.push(data));
  client.forEachEventSync(url, {}, ({ data }) => void seen.push(data));
  for await (const { data } of await client.openEventStream(url)) seen.push(data);
  expect(client.requestSync(url).body).toHaveLength(9);
  expect(seen).toEqual(["a", "a", "a"]);
  const { sendSync: _, ...asynchronous } = transport;
  expect(createClient({ transport: asynchronous })).not.toHaveProperty("requestSync");
});

test("its errors count bytes, and no events", async () => {
  const transport = scriptedTransport(async (request_, sink) => {
    await answer(200, "half")(request_, sink, 0);
    throw new TransportError("truncated", "cut");
  });
  await expect(request("http://a.example/", { transport })).rejects.toThrow(/^cut after 4 bytes; 200/);
});
