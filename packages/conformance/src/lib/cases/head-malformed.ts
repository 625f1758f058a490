import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { type Bytes, head } from "../http-text.ts";
import { respond } from "./respond.ts";

/** A case in which these bytes answer the request, on a connection that then stays open, and are not HTTP. */
function malformed(name: string, title: string, ...answers: readonly Bytes[]): CaseDefinition {
  return {
    id: `head.${name}`,
    title,
    spec: "contract 7, row 5",
    async run({ serve, send }: CaseContext) {
      for (const answer of answers) {
        const server = await serve(respond(answer));
        const exchange = send(server.url());
        const { phase } = await exchange.fails("protocol");
        expectEqual("the phase", phase, "head");
        expectEqual("the head", exchange.recording.received, undefined);
      }
    },
  };
}

/** Heads that are not HTTP, or say what cannot be: all `protocol`, at once, and the sink hears nothing. */
export const headMalformedCases: readonly ConformanceCase[] = defineCases("head", [
  malformed("http09", "bytes without a status line are not a response", "<html>hello</html>\r\n"),
  malformed(
    "garbage",
    "another protocol's greeting is not a response",
    "SSH-2.0-x\r\n",
    "\x15\x03\x03\x00\x02\x02\x50",
    "\0".repeat(16),
  ),
  malformed("no-colon", "a field line without a colon is refused", head("200 OK", "Content-Length: 0", "nonsense")),
  malformed(
    "name-with-space",
    "whitespace between a field's name and its colon is refused",
    head("200 OK", "Content-Length : 0"),
  ),
  malformed("nul-in-value", "a NUL in a field value is refused", head("200 OK", "X-A: a\0b", "Content-Length: 0")),
  malformed(
    "101-unasked",
    "101 Switching Protocols is refused: nobody asked for it",
    head("101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"),
  ),
  malformed(
    "length-differs",
    "two Content-Lengths that differ are refused",
    `${head("200 OK", "Content-Length: 2", "Content-Length: 3")}ok!`,
  ),
  malformed(
    "length-invalid",
    "a Content-Length that is not digits is refused",
    ...["-1", "+2", "0x2", "2 2", "two", "2.0", "99999999999999999999999"].map(
      (text) => `${head("200 OK", `Content-Length: ${text}`)}ok`,
    ),
  ),
  malformed(
    "too-long-line",
    "a field line of 1 MiB is refused",
    `HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(1_048_576)}\r\n\r\n`,
  ),
  malformed(
    "too-many-fields",
    "2,000 field lines are refused",
    head("200 OK", ...Array.from({ length: 2000 }, (_, index) => `X-${index}: 1`), "Content-Length: 0"),
  ),
]);
