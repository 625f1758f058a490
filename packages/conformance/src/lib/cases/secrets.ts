import { inspect } from "node:util";
import type { CaseContext, SendInit } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { ConformanceError } from "../conformance-error.ts";
import { chunk, ok, okChunked } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";
import { closedPort, unknownHost } from "./errors.ts";

const secret = (where: string): string => `s3cret-${where}`;

/** What is sent with every request: a marker wherever a credential may be. */
export const plantedSecrets: SendInit = {
  method: "POST",
  headers: {
    authorization: `Bearer ${secret("authorization")}`,
    cookie: `session=${secret("cookie")}`,
    "x-api-key": secret("api-key"),
    "proxy-authenticate": secret("other"),
  },
  body: `{"prompt":"${secret("body")}"}`,
};

export const plantedQuery: string = `/path?key=${secret("query")}&${secret("query-name")}`;

/** Fails if a marker shows in anything a program would log of the error or one of its causes. */
export function expectNoSecret(error: unknown): void {
  for (let link: unknown = error, depth = 0; link !== undefined && link !== null && depth < 8; depth++) {
    const { message, stack, cause } = link as Partial<Error>;
    const places = { message, stack, json: toJson(link), inspect: inspect(link, { depth: 12, showHidden: true }) };
    for (const [place, text] of Object.entries(places)) {
      const found = /s3cret-[a-z-]+/.exec(text ?? "")?.[0];
      if (found === undefined) continue;
      const where = `${found} in the ${place} of ${depth === 0 ? "the error" : `cause ${depth}`}`;
      throw new ConformanceError("no credential in any error or cause", where);
    }
    link = cause;
  }
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

function noSecret(
  name: string,
  title: string,
  script: Script,
  { url = (origin) => origin }: { readonly url?: (origin: string) => string | Promise<string> } = {},
): CaseDefinition {
  return {
    id: `err.no-secrets-${name}`,
    title: `${title} says nothing of the request's credentials`,
    spec: "contract 10: no error carries a credential",
    async run({ serve, send }: CaseContext) {
      const server = await serve(script);
      const target = await url(server.origin);
      const outcome = await send(target + plantedQuery, plantedSecrets).settles();
      if (outcome.ended) throw new ConformanceError("a failure", "an end");
      expectNoSecret(outcome.error);
    },
  };
}

/** Markers are planted in query, headers and body; no error may hold one. */
export const secretCases: readonly ConformanceCase[] = defineCases("err", [
  noSecret("refused", "a refused connection", () => {}, { url: async () => `http://127.0.0.1:${await closedPort()}` }),
  noSecret("dns", "an unknown host", () => {}, { url: () => `http://${unknownHost}` }),
  noSecret("reset", "a reset before the head", async (connection) => {
    await connection.request();
    connection.rst();
  }),
  noSecret("protocol", "an answer that is not HTTP and echoes the request", async (connection) => {
    const request = await connection.request();
    await connection.send(`${request.rawHead}\r\n\r\n`, request.body);
  }),
  noSecret("truncated", "a body cut short", async (connection) => {
    await connection.request();
    await connection.send(okChunked, chunk("x"));
    connection.fin();
  }),
  noSecret(
    "tls",
    "a handshake that fails",
    async (connection) => {
      await connection.receivedBytes(1);
      connection.rst();
    },
    { url: (origin) => origin.replace("http:", "https:") },
  ),
  noSecret("head-too-large", "a head over the limit that echoes the request", async (connection) => {
    const { rawHead } = await connection.request();
    await connection.send(ok(`X-Echo: ${rawHead.replaceAll("\r\n", " ")}`, `X-Long: ${"x".repeat(300_000)}`));
  }),
  {
    id: "err.no-secrets-closed",
    title: "`closed`, before and during an exchange, says nothing of the request's credentials",
    spec: "contract 5 and 10: no error carries a credential",
    async run({ serve, send, transport }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("x"));
      });
      const running = send(server.origin + plantedQuery, plantedSecrets);
      await running.received(1);
      const closing = transport().close({ force: true });
      expectNoSecret(await running.fails("closed"));
      expectNoSecret(await send(server.origin + plantedQuery, plantedSecrets).fails("closed"));
      await closing;
    },
  },
  {
    id: "err.no-secrets-connect-timeout",
    title: "a connect clock that runs out says nothing of the request's credentials",
    needs: ["connectTimeout"],
    alone: true,
    spec: "contract 8 and 10: no error carries a credential",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.receivedBytes(1);
      });
      const url = server.origin.replace("http:", "https:") + plantedQuery;
      expectNoSecret(await send(url, { ...plantedSecrets, connectTimeout: 60 }).fails("timeout"));
    },
  },
  noSecret("bad-chunk", "a bad chunk that echoes the request", async (connection) => {
    const request = await connection.request();
    await connection.send(okChunked, chunk("x"), `zz;${request.value("authorization")}\r\n`);
  }),
]);
