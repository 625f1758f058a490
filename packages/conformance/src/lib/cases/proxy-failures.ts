import { inspect } from "node:util";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { ConformanceError } from "../conformance-error.ts";
import { expectEqual } from "../expect.ts";
import { head } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";
import { closedPort, unknownHost } from "./errors.ts";
import { respond } from "./respond.ts";
import { expectNoSecret } from "./secrets.ts";

const credentials = "user:s3cret-proxy";

/** Neither the password nor what Proxy-Authorization makes of it. */
export function expectNoCredentials(error: unknown): void {
  expectNoSecret(error);
  const shown = inspect(error, { depth: 12, showHidden: true });
  if (shown.includes(btoa(credentials)))
    throw new ConformanceError("no credential in any error", "Proxy-Authorization");
}

/** A case in which the proxy ends the asking for a tunnel without a 2xx answer. */
function dies(name: string, title: string, script: Script): CaseDefinition {
  return {
    id: `net.proxy-${name}`,
    title: `a proxy that ${title} CONNECT is \`proxy\``,
    needs: ["proxy:http"],
    spec: "contract 7, row 3",
    async run({ serve, send, create, within }) {
      const server = await serve(script);
      const transport = create({ proxy: server.origin.replace("//", `//${credentials}@`) });
      const exchange = send("https://localhost:1/", { transport });
      await within(1000, exchange.settles(), "send() to reject");
      expectNoCredentials(await exchange.fails("proxy"));
    },
  };
}

/** Proxies that do not do what they are asked: contract 7, rows 1 to 3. */
export const proxyFailureCases: readonly ConformanceCase[] = defineCases("net", [
  {
    id: "net.proxy-unreachable",
    title: "a proxy that nobody listens at is `connect`, and its password is in no error",
    needs: ["proxy:http"],
    spec: "contract 7, row 2; contract 10",
    async run({ send, create }) {
      const proxy = `http://${credentials}@127.0.0.1:${await closedPort()}`;
      for (const url of ["http://origin.test/", "https://origin.test/"])
        expectNoCredentials(await send(url, { transport: create({ proxy }) }).fails("connect"));
    },
  },
  {
    id: "net.proxy-dns",
    title: "a proxy whose name does not exist is `dns`",
    needs: ["proxy:http"],
    spec: "contract 7, row 1: the proxy's too",
    async run({ send, create }) {
      const proxy = `http://${credentials}@${unknownHost}:1`;
      for (const url of ["http://origin.test/", "https://origin.test/"])
        expectNoCredentials(await send(url, { transport: create({ proxy }) }).fails("dns"));
    },
  },
  {
    id: "net.proxy-refuses",
    title: "CONNECT answered with 403, 407 or 502 is `proxy`, with that status",
    needs: ["proxy:http"],
    spec: "contract 7, row 3",
    async run({ serve, send, create }) {
      for (const status of [403, 407, 502]) {
        const server = await serve(respond(head(`${status} No`, "Content-Length: 3"), "no!"));
        const error = await send("https://localhost:1/", { transport: create({ proxy: server.origin }) }).fails(
          "proxy",
        );
        expectEqual("the status", (error as { status?: number }).status, status);
        expectEqual("the number of requests", server.requests.length, 1);
      }
    },
  },
  {
    id: "net.proxy-refuses-endless",
    title: "the content of a refusal is not waited for",
    needs: ["proxy:http"],
    spec: "contract 7, row 3",
    async run({ serve, send, create, within }) {
      const server = await serve(respond(head("403 No", "Content-Length: 1000"), "no"));
      const exchange = send("https://localhost:1/", { transport: create({ proxy: server.origin }) });
      await within(1000, exchange.settles(), "send() to reject");
      await exchange.fails("proxy");
    },
  },
  dies("fin", "closes the connection instead of answering", async (connection) => {
    await connection.request();
    connection.fin();
  }),
  dies("rst", "resets the connection instead of answering", async (connection) => {
    await connection.request();
    connection.rst();
  }),
  dies("half-answer", "closes the connection in the middle of its answer to", async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 Connection established\r\nX-");
    connection.fin();
  }),
  dies("garbage", "answers with what is not HTTP, echoing its credentials, to", async (connection) => {
    const request = await connection.request();
    await connection.send(`SSH-2.0-x ${credentials}\r\n${request.rawHead}\r\n\r\n`);
    connection.fin();
  }),
  {
    id: "net.proxy-refuses-echo",
    title: "a refusal that echoes the request tells no credential",
    needs: ["proxy:http"],
    spec: "contract 10: no error carries a credential",
    async run({ serve, send, create }) {
      const server = await serve(async (connection) => {
        const { rawHead } = await connection.request();
        const echo = `${credentials} ${/proxy-authorization: (.*)/i.exec(rawHead)?.[1] ?? ""}`;
        await connection.send(head(`403 ${echo}`, `X-Echo: ${echo}`, `Content-Length: ${rawHead.length}`), rawHead);
      });
      const transport = create({ proxy: server.origin.replace("//", `//${credentials}@`) });
      expectNoCredentials(await send("https://localhost:1/", { transport }).fails("proxy"));
    },
  },
  {
    id: "net.proxy-silent",
    title: "a proxy that does not answer CONNECT is a connect timeout",
    needs: ["proxy:http", "connectTimeout"],
    spec: "contract 8: the proxy's CONNECT counts",
    async run({ serve, send, create, ms }) {
      const server = await serve(async (connection) => void (await connection.request()));
      const transport = create({ proxy: server.origin });
      const error = await send("https://localhost:1/", { transport, connectTimeout: ms(100) }).fails("timeout");
      expectEqual("the phase (`body` where an error names none)", error.phase, "connect");
    },
  },
  {
    id: "net.proxy-abort",
    title: "an abort while the proxy is asked for a tunnel closes the connection",
    needs: ["proxy:http"],
    spec: "contract 2 and 3",
    async run({ serve, send, create, within }) {
      const reason = new Error("mine");
      const server = await serve(async (connection) => {
        await connection.request();
        exchange.abort(reason);
      });
      const exchange = send("https://localhost:1/", { transport: create({ proxy: server.origin }) });
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
]);
