import type { EventStreamInit } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { type Bytes, chunk, head, lastChunk, ok, okChunked } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";
import { respond } from "./respond.ts";
import { expectNoSecret, plantedQuery, plantedSecrets } from "./secrets.ts";
import { expectFailure, readAll, verbsOf } from "./verb-calls.ts";

type Init = Omit<EventStreamInit, "transport">;

const nothing = (): void => {};

function thenFin(...parts: readonly Bytes[]): Script {
  return async (connection) => {
    await connection.request();
    await connection.send(...parts);
    connection.fin();
  };
}

/** What comes of a stream: the data of its events and, where it failed, the code. */
async function outcomeOf(
  context: CaseContext,
  script: Script,
  init: Init = {},
): Promise<[string[], string | undefined, string | undefined]> {
  const server = await context.serve(script);
  const { data, failure } = await readAll(await verbsOf(context).open(server.url(), init));
  return [data, failure?.code, failure?.code === "incomplete" ? failure.pending : undefined];
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "verb.status",
    title: "a 401 is `status`, with the head and the JSON it came with",
    spec: "core README, Errors: `status`",
    async run(context) {
      const body = '{"error":{"message":"no key"}}';
      const server = await context.serve(
        respond(
          head(
            "401 Unauthorized",
            "Content-Type: application/json",
            "X-Request-Id: r1",
            `Content-Length: ${body.length}`,
          ),
          body,
        ),
      );
      const error = await expectFailure("status", verbsOf(context).open(server.url()));
      expectEqual(
        "status, body and request ID",
        [error.status, error.body, error.response?.headers.get("x-request-id")],
        [401, body, "r1"],
      );
    },
  },
  {
    id: "verb.status-endless",
    title: "an error whose body never ends is `status` all the same, soon, its connection closed",
    spec: "core README, Errors: `status`, 64 KiB of its body",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(head("500 Oops", "Transfer-Encoding: chunked"));
        const block = chunk("x".repeat(16_384));
        while (connection.clientClose === undefined) await connection.send(block);
      });
      const error = await expectFailure("status", verbsOf(context).open(server.url()));
      expectThat(
        error.body.length >= 1 && error.body.length <= 65_536,
        "at most 64 KiB of its body",
        error.body.length,
      );
      await context.within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
  {
    id: "verb.content-type",
    title: "a 200 of text/html is `content-type`, with its text",
    spec: "core README, Errors: `content-type`",
    async run(context) {
      const server = await context.serve(
        respond(head("200 OK", "Content-Type: text/html", "Content-Length: 13"), "<p>log in</p>"),
      );
      const error = await expectFailure("content-type", verbsOf(context).open(server.url()));
      expectEqual("the body", error.body, "<p>log in</p>");
    },
  },
  {
    id: "verb.no-content",
    title: "a 204 where a stream was asked for is `no-content`",
    spec: "core README, Errors: `no-content`",
    async run(context) {
      const server = await context.serve(respond("HTTP/1.1 204 No Content\r\n\r\n"));
      await expectFailure("no-content", verbsOf(context).open(server.url()));
    },
  },
  {
    id: "verb.coding-undeclared",
    title: "a content coding that the transport does not undo is `unsupported`, never garbage",
    spec: "contract 9",
    async run(context) {
      const server = await context.serve(respond(ok("Content-Encoding: compress", "Content-Length: 2"), "ok"));
      await expectFailure("unsupported", verbsOf(context).open(server.url()));
    },
  },
  {
    id: "verb.truncated",
    title: "the events before a cut are delivered, then `truncated`, which counts them; the unfinished one is dropped",
    spec: "contract 7, row 8; core README, Errors",
    async run(context) {
      const server = await context.serve(thenFin(okChunked, chunk("data: 1\n\ndata: 2\n\n"), chunk("data: half")));
      const { data, failure } = await readAll(await verbsOf(context).open(server.url()));
      expectEqual("the data", data, ["1", "2"]);
      expectOneOf(
        "the code",
        failure?.code,
        context.supports.errorDetail === "coarse" ? ["truncated", "reset"] : ["truncated"],
      );
      expectEqual("counted", [failure?.eventsDelivered, failure?.bytesReceived], [2, 28]);
    },
  },
  {
    id: "verb.eof-dispatch",
    title: "at a proven end the unfinished last event is delivered",
    spec: "core README, Options: `eof`",
    async run(context) {
      for (const tail of ["data: 2\n", "data: 2"]) {
        const outcome = await outcomeOf(context, respond(okChunked, chunk(`data: 1\n\n${tail}`), lastChunk));
        expectEqual("events and code", outcome, [["1", "2"], undefined, undefined]);
      }
    },
  },
  {
    id: "verb.eof-close-delimited",
    title: "at FIN, where that proves the end, the unfinished last event is delivered",
    needs: ["endProof:closeDelimited"],
    spec: "core README, Options: `eof`",
    async run(context) {
      for (const tail of ["data: 2\n", "data: 2"]) {
        const outcome = await outcomeOf(
          context,
          thenFin("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", `data: 1\n\n${tail}`),
        );
        expectEqual("events and code", outcome, [["1", "2"], undefined, undefined]);
      }
    },
  },
  {
    id: "verb.eof-assumed",
    title:
      "at FIN, where that only suggests the end, the unfinished last event is delivered if its line was ended, else `incomplete`",
    needs: ["!endProof:closeDelimited"],
    spec: "core README, Options: `eof`",
    async run(context) {
      const ended = await outcomeOf(context, thenFin(ok(), "data: 1\n\ndata: 2\n"));
      expectEqual("events and code", ended, [["1", "2"], undefined, undefined]);
      const cut = await outcomeOf(context, thenFin(ok(), "data: 1\n\ndata: 2"));
      expectEqual("events, code and what was pending", cut, [["1"], "incomplete", "2"]);
    },
  },
  {
    id: "verb.eof-options",
    title: "`discard` drops the unfinished last event, `error` is `incomplete` with its text",
    spec: "core README, Options: `eof`",
    async run(context) {
      const script = respond(okChunked, chunk("data: 1\n\ndata: 2\n"), lastChunk);
      expectEqual("with discard", await outcomeOf(context, script, { eof: "discard" }), [["1"], undefined, undefined]);
      expectEqual("with error", await outcomeOf(context, script, { eof: "error" }), [["1"], "incomplete", "2"]);
    },
  },
  {
    id: "verb.terminal",
    title: "the terminal ends the stream at once, its connection closed; an end before it is `incomplete`",
    spec: "core README, Options: `terminal`",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("data: 1\n\ndata: [DONE]\n\ndata: 2\n\n"));
      });
      const stream = await verbsOf(context).open(server.url(), { terminal: "[DONE]" });
      const { data } = await context.within(1500, readAll(stream), "the stream to end at its terminal");
      expectEqual("data and completed", [data, stream.completed], [["1"], true]);
      await context.within(1000, server.closedByClient(), "the client to close the connection");
      const early = await outcomeOf(context, respond(okChunked, chunk("data: 1\n\n"), lastChunk), {
        terminal: "[DONE]",
      });
      expectEqual("events and code", early.slice(0, 2), [["1"], "incomplete"]);
    },
  },
  {
    id: "verb.too-large",
    title: "an event over maxEventSize is `too-large` as soon as it is, the connection closed",
    spec: "core README, Options: `maxEventSize`",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("data: 1\n\n"), chunk(`data: ${"x".repeat(2000)}`));
      });
      const stream = await verbsOf(context).open(server.url(), { maxEventSize: 1000 });
      const { data, failure } = await context.within(1500, readAll(stream), "the stream to fail");
      expectEqual("data and code", [data, failure?.code], [["1"], "too-large"]);
      await context.within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
  {
    id: "verb.no-secrets",
    title: "no error of a verb carries a credential, that of the URL included",
    spec: "contract 10",
    async run(context) {
      const scripts: readonly Script[] = [
        respond(head("401 Unauthorized", "Set-Cookie: s3cret-set-cookie", "Content-Length: 2"), "no"),
        thenFin(okChunked, chunk("data: 1\n\n")),
        thenFin("SSH-2.0-x\r\n"),
        thenFin(""),
      ];
      const { method: _method, headers, ...body } = plantedSecrets;
      const { "proxy-authenticate": _other, ...allowed } = headers as Record<string, string>;
      for (const script of scripts) {
        const server = await context.serve(script);
        const url = (server.origin + plantedQuery).replace("//", "//user:s3cret-userinfo@");
        const init = { headers: allowed, body: body.body as string };
        const call = verbsOf(context).forEach(url, init, nothing);
        const error: unknown = await call.catch((reason: unknown) => reason);
        expectThat(error instanceof Error, "a failure", error);
        expectNoSecret(error);
      }
    },
  },
];

/** What the verbs make of what goes wrong, over this transport. */
export const verbErrorCases: readonly ConformanceCase[] = defineCases(
  "verb",
  definitions.map((definition) => ({ scope: "verb" as const, ...definition })),
);
