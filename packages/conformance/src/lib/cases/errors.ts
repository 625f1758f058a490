import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { asHeadraceError, type HeadraceErrorCode } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { type Bytes, chunk, ok, okChunked } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";

/** A port that nobody listens on: one that was just given back. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A name longer than a DNS label may be: its look-up fails without asking anyone. */
export const unknownHost: string = `${"x".repeat(64)}.test`;

/** A case in which the connection is lost before the head was complete. */
function lostBeforeHead(name: string, title: string, script: Script, ...also: HeadraceErrorCode[]): CaseDefinition {
  return {
    id: `err.${name}`,
    title,
    spec: "contract 7, row 6",
    async run(context: CaseContext) {
      const server = await context.serve(script);
      const exchange = context.send(server.url());
      const { phase } = await exchange.fails("reset", ...also);
      expectOneOf(
        "the phase (`body` where an error names none)",
        phase,
        also.length > 0 || context.supports.errorDetail === "coarse" ? ["connect", "head"] : ["head"],
      );
      expectEqual("the head", exchange.recording.received, undefined);
    },
  };
}

/** Ms that a refusal may take: Windows asks a port that nobody listens on three times, in 2 s. */
export const refusalMs = 2500;

const answerThenFin =
  (...parts: readonly Bytes[]): Script =>
  async (connection) => {
    await connection.request();
    await connection.send(...parts);
    connection.fin();
  };

/** Which fault is which code: contract 7. */
export const errorCases: readonly ConformanceCase[] = defineCases("err", [
  {
    id: "err.refused",
    title: "a port that nobody listens on is `connect`, within 2.5 s",
    spec: "contract 7, row 2",
    async run(context) {
      const exchange = context.send(`http://127.0.0.1:${await closedPort()}/`);
      await context.within(refusalMs, exchange.settles(), "send() to reject");
      await exchange.fails("connect");
    },
  },
  {
    id: "err.unreachable",
    title: "an address that cannot be reached is `connect`, within a second",
    spec: "contract 7, row 2",
    async run(context) {
      // The system refuses to connect to a broadcast address without sending anything.
      const exchange = context.send("http://255.255.255.255:8/");
      await context.within(1000, exchange.settles(), "send() to reject");
      await exchange.fails("connect");
    },
  },
  {
    id: "err.dns",
    title: "a name that does not exist is `dns`",
    spec: "contract 7, row 1",
    async run(context) {
      await context.send(`http://${unknownHost}/`).fails("dns");
    },
  },
  lostBeforeHead(
    "reset-at-accept",
    "a reset of the connection as soon as it is there is `reset`, or `connect` where it wins the race",
    (connection) => connection.rst(),
    "connect",
  ),
  lostBeforeHead("close-before-head", "FIN instead of an answer is `reset`", answerThenFin("")),
  lostBeforeHead("reset-before-head", "a reset instead of an answer is `reset`", async (connection) => {
    await connection.request();
    connection.rst();
  }),
  lostBeforeHead("partial-status-line", "FIN inside the status line is `reset`", answerThenFin("HTTP/1.1 20")),
  lostBeforeHead("partial-field", "FIN inside a field line is `reset`", answerThenFin("HTTP/1.1 200 OK\r\nContent-Ty")),
  lostBeforeHead(
    "partial-head",
    "FIN before the blank line that ends the head is `reset`",
    answerThenFin("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"),
  ),
  lostBeforeHead(
    "only-informational",
    "FIN after a 103 alone is `reset`",
    answerThenFin("HTTP/1.1 103 Early Hints\r\n\r\n"),
  ),
  {
    id: "err.reset-mid-body",
    title: "what came before a reset is delivered before the error",
    spec: "contract 7, row 7; no byte is lost before an error",
    async run({ serve, send }) {
      const events = "data: 1\n\ndata: 2\n\n";
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("data: 1\n\n"), chunk("data: 2\n\n"));
        await exchange.received(events.length);
        connection.rst();
      });
      const exchange = send(server.url());
      const { phase } = await exchange.fails("reset");
      expectEqual("the phase", phase, "body");
      expectEqual("the body", exchange.text, events);
    },
  },
  {
    id: "err.fin-with-data",
    title: "bytes that arrive together with a FIN that cuts the body are delivered before the error",
    spec: "contract 7, row 8; no byte is lost before an error",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        const sent = connection.send(okChunked, chunk("one"), chunk("two"), chunk("three"));
        connection.fin();
        await sent;
      });
      const exchange = send(server.url());
      await exchange.fails("truncated");
      expectEqual("the body", exchange.text, "onetwothree");
    },
  },
  {
    id: "err.fin-mid-event",
    title: "half an event and FIN, with neither length nor chunks, is an end: events are not the transport's",
    spec: "contract 2",
    async run({ serve, send }) {
      const server = await serve(answerThenFin(ok(), "data: 1\n\ndata: ha"));
      await send(server.url()).ends("data: 1\n\ndata: ha");
    },
  },
  {
    id: "err.fin-in-upload",
    title: "FIN before any response, from a server that takes no more of the request, is `reset` at once",
    spec: "contract 7, row 6",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.requestHead();
        connection.pause();
        connection.fin();
      });
      const exchange = send(server.url(), { method: "POST", body: new Uint8Array(8 * 1_048_576) });
      const { phase } = await exchange.fails("reset");
      expectEqual("the phase", phase, "head");
    },
  },
  {
    id: "err.half-close",
    title: "a whole response followed by FIN is an end although the upload is not over",
    level: "should",
    spec: "RFC 9112 9.6",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.requestHead();
        connection.pause();
        await connection.send(ok("Content-Length: 4"), "done");
        connection.fin();
      });
      const exchange = send(server.url(), { method: "POST", body: new Uint8Array(8 * 1_048_576) });
      await exchange.ends("done");
    },
  },
  {
    id: "err.once",
    title: "after a failure the connection closes and the sink hears nothing more, whatever the server goes on to send",
    spec: "contract 2 and 3; RFC 9112 8",
    async run({ serve, send, delay, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"), "zz\r\n");
        await exchange.settles();
        await connection.send(chunk("two"), "0\r\n\r\n");
      });
      const exchange = send(server.url());
      await exchange.fails("protocol", "truncated");
      await within(1000, server.closedByClient(), "the client to close the connection");
      await delay(20);
      expectOneOf("the body", exchange.text, ["one"]);
    },
  },
  {
    id: "err.shape",
    title: "every failure is a HeadraceError with code, phase and message, fit for JSON",
    spec: "contract 1 and 7",
    async run(context) {
      const server = await context.serve(answerThenFin("SSH-2.0-x\r\n"));
      const garbage = await context.send(server.url()).fails("protocol");
      const toNobody = context.send(`http://127.0.0.1:${await closedPort()}/`);
      await context.within(refusalMs, toNobody.settles(), "send() to reject");
      const refused = await toNobody.fails("connect");
      for (const error of [garbage, refused]) {
        expectThat(asHeadraceError(error) === error, "an error that asHeadraceError recognises as itself", error);
        expectThat(error instanceof Error && error.message.length > 0, "a message", error);
        expectOneOf("the phase (`body` where an error names none)", error.phase, ["connect", "head"]);
        const json = JSON.parse(JSON.stringify(error)) as { code?: unknown; message?: unknown };
        expectEqual("code and message as JSON", [json.code, json.message], [error.code, error.message]);
      }
    },
  },
]);
