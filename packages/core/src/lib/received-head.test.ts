import { expect, test } from "vitest";
import { receivedHead, receivedHeaders } from "./received-head.ts";
import type { ResponseHead, TransportRequest } from "./transport.ts";

function read(raw: Partial<Parameters<typeof receivedHead>[1]> = {}, method = "GET"): ResponseHead {
  const request = { url: new URL("http://a.test/x?"), method } as TransportRequest;
  return receivedHead(request, { statusCode: 200, statusMessage: "Fine", httpVersion: "1.1", rawHeaders: [], ...raw });
}
const notHttp = expect.objectContaining({ code: "protocol", phase: "head" }) as unknown;

test("a head is what came, lines of one name in order", () => {
  const { headers, ...head } = read({ rawHeaders: ["A", "1", "Set-Cookie", "x", "a", "2", "set-cookie", "y"] });
  expect(head).toEqual({ url: "http://a.test/x?", status: 200, statusText: "Fine", httpVersion: "1.1" });
  expect([...headers]).toEqual([
    ["a", "1, 2"],
    ["set-cookie", "x"],
    ["set-cookie", "y"],
  ]);
  expect(read({ httpVersion: "1.0" }).httpVersion).toBe("1.0");
});

test.each<[Parameters<typeof read>[0]]>([
  [{ statusCode: 101 }],
  [{ statusCode: 99 }],
  [{ statusCode: undefined }],
  [{ httpVersion: "2.0" }],
  [{ httpVersion: "0.9" }],
  [{ rawHeaders: ["Transfer-Encoding", "gzip, chunked"] }],
  [{ rawHeaders: ["Transfer-Encoding", "chunked", "transfer-encoding", "chunked"] }],
  [{ rawHeaders: Array(2002).fill("a") as string[] }],
])("%j is no HTTP", (raw) => {
  expect(() => read(raw)).toThrow(notHttp);
});

test("chunked and identity are nothing to undo; 1,000 fields are a head", () => {
  for (const coding of ["chunked", "Chunked", "identity, chunked", "", "identity"])
    expect(read({ rawHeaders: ["Transfer-Encoding", coding] }).status).toBe(200);
  expect(read({ rawHeaders: Array(2000).fill("a") as string[] }).status).toBe(200);
});

test("what has no body has no coding", () => {
  const rawHeaders = ["Transfer-Encoding", "gzip"];
  expect(read({ rawHeaders }, "HEAD").status).toBe(200);
  expect(read({ rawHeaders, statusCode: 204 }).status).toBe(204);
  expect(read({ rawHeaders, statusCode: 304 }).status).toBe(304);
});

test("a field that is none is `protocol`, of the phase it came in, and is not repeated", () => {
  const error = { code: "protocol", phase: "body", message: expect.not.stringContaining("s3cret") as unknown };
  expect(() => receivedHeaders(["a", "s3cret\0"], "body")).toThrow(expect.objectContaining(error));
});
