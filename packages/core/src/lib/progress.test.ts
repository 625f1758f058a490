import { expect, test } from "vitest";
import { createRequest, type UnsentRequest } from "./create-request.ts";
import { Progress } from "./progress.ts";
import { head, scriptedTransport } from "./scripted-transport.ts";
import { TransportError } from "./transport-error.ts";

const transport = scriptedTransport(() => {});
const url = "http://a.example/path";
const request = createRequest(url, { transport }) as UnsentRequest;

function told(message: string): string {
  const progress = new Progress(transport, request, 0);
  return (progress.enrich(new TransportError("tls", message)) as Error).message;
}

const story = "; GET by scripted to http://a.example/path";

/** What Node 22 to 26, curl and Bun say. */
test.each([
  [
    "write EPROTO 4043CEC0FA7F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:78:\n",
    "write EPROTO error:0A00010B:SSL routines::wrong version number",
  ],
  [
    "TLS failed: 4043CEC0FA7F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:..\\deps\\ssl.c:918:SSL alert number 40\n",
    "TLS failed: error:0A000410:SSL routines::ssl/tls alert handshake failure",
  ],
  [
    "4043CEC0FA7F0000:error:0A000086:SSL routines:f:bad:C:\\a.c:1:\n4043CEC0FA7F0000:error:0A0C0103:SSL routines:g:internal error:b.c:2:\n",
    "error:0A000086:SSL routines::bad error:0A0C0103:SSL routines::internal error",
  ],
  [
    "failed (libcurl 35: OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number)",
    "failed (libcurl 35: OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number)",
  ],
  [
    "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
    "error:100000f7:SSL routines::WRONG_VERSION_NUMBER",
  ],
  ["two\r\n  lines\n", "two lines"],
])("an error is one line, and of OpenSSL's what says something: %j", (message, line) => {
  expect(told(message)).toBe(line + story);
});

test.each([
  ["not followed from http://a.example/path: why", "; GET by scripted"],
  ["not followed from http://a.example/path/there: why", story],
])("an error that names the URL is not told it again: %s", (message, rest) => {
  expect(told(message)).toBe(message + rest);
});

test("events are told where they are counted", () => {
  const message = (countsEvents: boolean): string => {
    const progress = new Progress(transport, request, 0);
    progress.countsEvents = countsEvents;
    progress.headArrived(head({ ...request, signal: new AbortController().signal }));
    progress.bytesArrived(new Uint8Array(1000));
    const error = progress.error("reset", "lost");
    expect(error.eventsDelivered).toBe(0);
    return error.message;
  };
  expect(message(true)).toBe("lost after 0 events (1 000 bytes); 200 by scripted from http://a.example/path");
  expect(message(false)).toBe("lost after 1 000 bytes; 200 by scripted from http://a.example/path");
});

test("what a transport that was closed by force says of nothing sent is of the body once there is a response", () => {
  const progress = new Progress(transport, request, 0);
  const closed = new TransportError("closed", "the transport was closed");
  expect(progress.enrich(closed)).toMatchObject({ code: "closed", phase: "arguments" });
  progress.headArrived(head({ ...request, signal: new AbortController().signal }));
  expect(progress.enrich(closed)).toMatchObject({ code: "closed", phase: "body" });
});
