import { inspect } from "node:util";
import type { EventStreamInit, HeadraceErrorCode } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { type Bytes, chunk, head, lastChunk, ok, okChunked } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";
import { expectNoSecret, plantedQuery, plantedSecrets } from "./secrets.ts";
import { expectFailure, verbsOf } from "./verb-calls.ts";

type Init = Omit<EventStreamInit, "transport">;

const nothing = (): void => {};

const { headers: planted, body } = plantedSecrets;
const { "proxy-authenticate": _refused, ...headers } = planted as Record<string, string>;
const allowed: Init = { headers, body };

/** Calls a verb with a marker wherever a credential may be, userinfo too, and gives the failure. */
async function failureOf(context: CaseContext, origin: string, init: Init): Promise<unknown> {
  const url = (origin + plantedQuery).replace("//", "//user:s3cret-userinfo@");
  const call = verbsOf(context).forEach(url, { ...allowed, ...init }, nothing);
  const error = await context.within(
    2000,
    call.catch((reason: unknown) => reason),
    "the verb to fail",
  );
  expectThat(error instanceof Error, "a failure", error);
  return error;
}

/** A case in which the verb fails with this code; the answer is given once, the connection left open. */
function noSecret(name: string, code: HeadraceErrorCode, answer: readonly Bytes[], init: Init = {}): CaseDefinition {
  return {
    id: `verb.no-secrets-${name}`,
    title: `the error \`${code}\`${name === code ? "" : ` (${name})`} of a verb carries no credential`,
    spec: "contract 10: no error carries a credential",
    async run(context: CaseContext) {
      const script: Script = async (connection) => {
        await connection.request();
        if (answer.length > 0) await connection.send(...answer);
      };
      const server = await context.serve(script);
      const error = await failureOf(context, server.origin, init);
      expectOneOf("the code", (error as { code?: unknown }).code, [code]);
      expectNoSecret(error);
    },
  };
}

const events = [okChunked, chunk("data: 1\n\n")] as const;

const definitions: readonly CaseDefinition[] = [
  noSecret("status", "status", [head("401 Unauthorized", "Set-Cookie: s3cret-set-cookie", "Content-Length: 2"), "no"]),
  noSecret("content-type", "content-type", [head("200 OK", "Content-Type: text/html", "Content-Length: 2"), "no"]),
  noSecret("no-content", "no-content", [head("204 No Content")]),
  noSecret("redirect", "redirect", [head("302 Found", "Location: ftp://user:s3cret-location@h/", "Content-Length: 0")]),
  noSecret("coding", "unsupported", [ok("Content-Encoding: compress", "Content-Length: 2"), "ok"]),
  noSecret("incomplete", "incomplete", [...events, lastChunk], { terminal: "[DONE]" }),
  noSecret("too-large", "too-large", events, { maxEventSize: 5 }),
  noSecret("head-timeout", "timeout", [], { timeouts: { head: 50 } }),
  noSecret("first-event-timeout", "timeout", [okChunked], { timeouts: { firstEvent: 50 } }),
  noSecret("idle-timeout", "timeout", events, { timeouts: { idle: 50 } }),
  noSecret("total-timeout", "timeout", events, { timeouts: { total: 50 } }),
  noSecret("protocol", "protocol", ["SSH-2.0-x\r\n"]),
  {
    id: "verb.no-secrets-arguments",
    title: "no refusal of a wrong argument repeats what was in it",
    spec: "contract 10: core checks before any platform constructor sees them",
    async run(context) {
      const wrong: readonly Init[] = [
        { headers: { authorization: "Bearer s3cret-value\r\nx: y" } },
        { headers: { "s3cret-name:": "x" } },
        { headers: { "x-key": "s3cret-wide\u2026" } },
        { method: "GET s3cret-method" },
        { json: { key: 1n, secret: "s3cret-json" } },
      ];
      for (const init of wrong) expectNoSecret(await failureOf(context, "http://127.0.0.1:1", init));
      for (const url of [
        "http://user:s3cret-userinfo@h:99999/",
        "http//user:s3cret-userinfo@h",
        "ftp://u:s3cret-p@h/",
      ]) {
        expectNoSecret(await expectFailure("invalid-argument", verbsOf(context).open(url)));
      }
    },
  },
  {
    id: "verb.no-secrets-closed",
    title: "the error `closed` of a verb carries no credential",
    spec: "contract 5 and 10",
    async run(context) {
      await context.transport().close();
      const error = await failureOf(context, "http://127.0.0.1:1", {});
      expectOneOf("the code", (error as { code?: unknown }).code, ["closed"]);
      expectNoSecret(error);
    },
  },
  {
    id: "verb.response-not-shown",
    title: "headers and body of the response are in the error for who asks, and in no log of it",
    spec: "contract 10: not enumerable, not in toJSON()",
    async run(context) {
      const answer = [head("401 Unauthorized", "X-Echo: s3cret-header", "Content-Length: 11"), "s3cret-body"];
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(...answer);
      });
      const error = await expectFailure("status", verbsOf(context).open(server.url()));
      const found = [error.response?.headers.get("x-echo"), error.body];
      expectEqual("header and body", found, ["s3cret-header", "s3cret-body"]);
      for (const text of [error.message, error.stack ?? "", JSON.stringify(error), inspect(error, { depth: 12 })]) {
        expectThat(!text.includes("s3cret"), "neither header nor body in message, stack, JSON or inspect", text);
      }
    },
  },
];

/** Every kind of error of the verbs: none carries a credential. */
export const verbSecretCases: readonly ConformanceCase[] = defineCases(
  "verb",
  definitions.map((definition) => ({ scope: "verb" as const, ...definition })),
);
