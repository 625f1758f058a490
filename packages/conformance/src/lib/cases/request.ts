import { setImmediate as macrotask } from "node:timers/promises";
import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectBytes, expectEqual, expectThat } from "../expect.ts";
import { chunk, head, lastChunk, ok, okChunked } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import type { ReceivedRequest } from "../received-request.ts";
import type { SendInit } from "../case-context.ts";
import { respondEmpty } from "./respond.ts";

const mebibyte = 1_048_576;

/** Sends one request to a server that answers with nothing, and gives what the server saw. */
async function seenBy({ serve, send }: CaseContext, path: string, init?: SendInit): Promise<ReceivedRequest> {
  const server = await serve(respondEmpty);
  await send(server.url(path), init).ends("");
  expectEqual("the number of requests", server.requests.length, 1);
  return server.requests[0] as ReceivedRequest;
}

function madeUpBody(length: number): Uint8Array {
  const body = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65_536) body.set(patternBytes(offset, length - offset), offset);
  return body;
}

/** The request line, its target and its content: RFC 9112 section 3, contract 9. */
export const requestCases: readonly ConformanceCase[] = defineCases("req", [
  {
    id: "req.get-default",
    title: "a GET is its request line and fields, without content or framing of any",
    spec: "RFC 9112 3.2.1",
    async run(context) {
      const { method, target, version, fields, body } = await seenBy(context, "/Path/p?Q=q&r");
      expectEqual("the request line", [method, target, version], ["GET", "/Path/p?Q=q&r", "HTTP/1.1"]);
      const names = fields.map(([name]) => name.toLowerCase());
      expectThat(!names.includes("content-length"), "no Content-Length", names);
      expectThat(!names.includes("transfer-encoding"), "no Transfer-Encoding", names);
      expectEqual("the length of the content", body.length, 0);
    },
  },
  {
    id: "req.post-bytes",
    title: "the bytes of a POST arrive as they are, with their Content-Length",
    spec: "contract 1; RFC 9110 8.6",
    async run(context) {
      const body = Uint8Array.of(0, 255, 13, 10, 0, 104, 195, 40, 128, 10, 10);
      // A part of something larger, as views may be.
      const view = Uint8Array.of(1, 2, 3, ...body, 4, 5).subarray(3, 3 + body.length);
      const request = await seenBy(context, "/path?q", { method: "POST", body: view });
      expectEqual("method and target", [request.method, request.target], ["POST", "/path?q"]);
      expectEqual("Content-Length", request.values("content-length"), ["11"]);
      expectBytes("the content", request.body, body);
    },
  },
  {
    id: "req.post-empty",
    title: "a POST of no bytes says Content-Length: 0",
    spec: "RFC 9110 8.6",
    async run(context) {
      const request = await seenBy(context, "/", { method: "POST", body: new Uint8Array() });
      expectEqual("Content-Length", request.values("content-length"), ["0"]);
    },
  },
  {
    id: "req.post-null",
    title: "a POST, PUT or PATCH without a body says Content-Length: 0",
    spec: "contract 9; RFC 9110 8.6",
    async run(context) {
      for (const method of ["POST", "PUT", "PATCH"]) {
        const request = await seenBy(context, "/", { method });
        expectEqual("Content-Length", request.values("content-length"), ["0"]);
      }
    },
  },
  {
    id: "req.post-large",
    title: "8 MiB reach a server that reads late, whole and in order",
    spec: "contract 1",
    async run({ serve, send }) {
      const body = madeUpBody(8 * mebibyte);
      const server = await serve(async (connection) => {
        const request = await connection.requestHead();
        connection.pause();
        for (let turn = 0; turn < 20; turn++) await macrotask();
        connection.resume();
        await connection.requestBody(request);
        await connection.send(ok("Content-Length: 0"));
      });
      await send(server.url(), { method: "POST", body }).ends("");
      expectEqual("Content-Length", server.requests[0]?.values("content-length"), [String(body.length)]);
      expectBytes("the content", server.requests[0]?.body ?? new Uint8Array(), body);
    },
  },
  {
    id: "req.early-response",
    title: "a response that begins before the request was read is delivered while the upload waits",
    spec: "RFC 9112 9.3; contract 2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        const request = await connection.requestHead();
        connection.pause();
        await connection.send(okChunked, chunk("data: early\n\n"));
        await exchange.received(13);
        connection.resume();
        await connection.requestBody(request);
        await connection.send(lastChunk);
      });
      const exchange = send(server.url(), { method: "POST", body: madeUpBody(8 * mebibyte) });
      await exchange.ends("data: early\n\n");
    },
  },
  {
    id: "req.early-error-close",
    title: "a 413 sent before the upload was read is delivered, not the failure to write",
    level: "should",
    spec: "RFC 9112 9.6",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.requestHead();
        connection.pause();
        await connection.send(head("413 Content Too Large", "Content-Length: 0", "Connection: close"));
        connection.fin();
      });
      const exchange = send(server.url(), { method: "POST", body: madeUpBody(8 * mebibyte) });
      expectEqual("the status", (await exchange.head()).status, 413);
    },
  },
  {
    id: "req.custom-method",
    title: "a method that is not HTTP's own goes out as it is, with its body",
    spec: "RFC 9110 9.1",
    async run(context) {
      const request = await seenBy(context, "/", { method: "REPORT", body: "<x/>" });
      expectEqual("the method", request.method, "REPORT");
      expectBytes("the content", request.body, new TextEncoder().encode("<x/>"));
    },
  },
  {
    id: "req.delete-body",
    title: "a DELETE goes out with its body",
    spec: "RFC 9110 8.6 and 9.3.5; contract 9",
    async run(context) {
      const request = await seenBy(context, "/path?q", { method: "DELETE", body: "x=1" });
      expectEqual("the target", request.target, "/path?q");
      expectEqual("Content-Length", request.values("content-length"), ["3"]);
      expectBytes("the content", request.body, new TextEncoder().encode("x=1"));
    },
  },
  {
    id: "req.method-case",
    title: "a method keeps its case",
    spec: "RFC 9110 9.1; contract 9",
    async run(context) {
      const request = await seenBy(context, "/", { method: "patch", body: "x=1" });
      expectEqual("the method", request.method, "patch");
      expectBytes("the content", request.body, new TextEncoder().encode("x=1"));
    },
  },
  {
    id: "req.no-expect",
    title: "a POST of 2 MiB is sent without asking first",
    spec: "contract 9 and 10; RFC 9110 10.1.1",
    async run(context) {
      const request = await seenBy(context, "/", { method: "POST", body: madeUpBody(2 * mebibyte) });
      expectEqual("Expect", request.values("expect"), []);
      expectEqual("the length of the content", request.body.length, 2 * mebibyte);
    },
  },
  {
    id: "req.input-not-mutated",
    title: "the URL, the headers and the body it is given stay as they are",
    spec: "contract 1",
    async run(context) {
      const headers = new Headers({ accept: "text/event-stream", "x-a": "1" });
      const body = new TextEncoder().encode("unchanged");
      const before = [...headers];
      await seenBy(context, "/", { method: "POST", headers, body });
      expectEqual("the headers afterwards", [...headers], before);
      expectBytes("the body afterwards", body, new TextEncoder().encode("unchanged"));
    },
  },
]);
