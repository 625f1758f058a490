import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import type { Script } from "../scripted-server.ts";
import { expectNoCredentials } from "./proxy-failures.ts";
import { respond } from "./respond.ts";

const okay = respond(ok("Content-Length: 2"), "ok");
const granted = Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80);

/** What a SOCKS5 proxy is asked for. */
interface Asked {
  readonly credentials: string | undefined;
  /** A name, or how long an address is. */
  readonly host: string;
  readonly port: number;
}

/** Greets a SOCKS5 client, choosing this method (RFC 1928 section 3; RFC 1929), and reads the request. */
async function readRequest(connection: ScriptedConnection, method: 0 | 2 = 0): Promise<Asked> {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  const counted = async (): Promise<string> => text(await connection.read((await connection.read(1))[0] ?? 0));
  const [, methods = 0] = await connection.read(2);
  const offered = await connection.read(methods);
  expectThat(offered.includes(method), `the method ${method} to be offered`, [...offered]);
  await connection.send(Uint8Array.of(5, method));
  let credentials: string | undefined;
  if (method === 2) {
    await connection.read(1);
    credentials = `${await counted()}:${await counted()}`;
    await connection.send(Uint8Array.of(1, 0));
  }
  const [, , , kind = 0] = await connection.read(4);
  const length = kind === 4 ? 16 : 4;
  const host = kind === 3 ? await counted() : `address of ${(await connection.read(length)).length} bytes`;
  const [high = 0, low = 0] = await connection.read(2);
  return { credentials, host, port: high * 256 + low };
}

/** Plays a SOCKS5 proxy that is the origin too. */
function granting(script: Script, asked: Asked[], method: 0 | 2 = 0): Script {
  return async (connection) => {
    asked.push(await readRequest(connection, method));
    await connection.send(granted);
    await script(connection);
  };
}

/** A case in which a SOCKS5 proxy does not let the client through. */
function refused(name: string, title: string, script: Script): CaseDefinition {
  return {
    id: `net.proxy-socks5-${name}`,
    title: `a SOCKS5 proxy that ${title} is \`proxy\``,
    needs: ["proxy:socks5"],
    spec: "contract 7, row 3; RFC 1928",
    async run({ serve, send, create, within }: CaseContext) {
      const server = await serve(script);
      const proxy = server.origin.replace("http://", "socks5://user:s3cret-proxy@");
      const exchange = send("http://127.0.0.1:1/", { transport: create({ proxy }) });
      await within(1000, exchange.settles(), "send() to reject");
      expectNoCredentials(await exchange.fails("proxy"));
    },
  };
}

const answers =
  (...bytes: readonly number[]): Script =>
  async (connection) => {
    await connection.receivedBytes(3);
    await connection.send(Uint8Array.from(bytes));
  };

const endsAfterGreeting =
  (how: "fin" | "rst"): Script =>
  async (connection) => {
    await connection.receivedBytes(3);
    connection[how]();
  };

const refusals: readonly CaseDefinition[] = [
  refused("refused", "answers that the connection was refused", async (connection) => {
    await readRequest(connection);
    await connection.send(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0));
  }),
  refused("no-method", "accepts none of the methods", answers(5, 0xff)),
  refused("wrong-password", "does not take the password", async (connection) => {
    const [, methods = 0] = await connection.read(2);
    await connection.read(methods);
    await connection.send(Uint8Array.of(5, 2));
    await connection.receivedBytes(2 + methods + 3);
    await connection.send(Uint8Array.of(1, 1));
  }),
  refused("garbage", "speaks HTTP", (connection) => answers(...Buffer.from("HTTP/1.1 400 No\r\n\r\n"))(connection)),
  refused("fin", "closes the connection", endsAfterGreeting("fin")),
  refused("rst", "resets the connection", endsAfterGreeting("rst")),
  refused("cut", "closes the connection in the middle of its answer", async (connection) => {
    await readRequest(connection);
    await connection.send(granted.subarray(0, 6));
    connection.fin();
  }),
];

/** SOCKS5 proxies: RFC 1928, RFC 1929. */
export const socksCases: readonly ConformanceCase[] = defineCases("net", [
  {
    id: "net.proxy-socks5",
    title: "a request goes through a SOCKS5 proxy, which is given an address",
    needs: ["proxy:socks5"],
    spec: "RFC 1928; contract 1: with socks5 names are looked up here",
    async run({ serve, send, create }) {
      const asked: Asked[] = [];
      const server = await serve(granting(okay, asked));
      const transport = create({ proxy: server.origin.replace("http:", "socks5:") });
      await send("http://127.0.0.1:4711/", { transport }).ends("ok");
      await send("http://localhost:4711/", { transport }).ends("ok");
      for (const { host, port } of asked)
        expectThat(/^address of (4|16) bytes$/.test(host) && port === 4711, "an address and port 4711", [host, port]);
      const [first, second] = server.requests;
      expectEqual("target and Host", [first?.target, first?.value("host")], ["/", "127.0.0.1:4711"]);
      expectEqual("Host", second?.value("host"), "localhost:4711");
    },
  },
  {
    id: "net.proxy-socks5h",
    title: "with socks5h the proxy is given the name, not an address",
    needs: ["proxy:socks5h"],
    spec: "RFC 1928",
    async run({ serve, send, create }) {
      const asked: Asked[] = [];
      const server = await serve(granting(okay, asked));
      const proxy = server.origin.replace("http:", "socks5h:");
      await send("http://never-looked-up.test/", { transport: create({ proxy }) }).ends("ok");
      expectEqual("name and port at the proxy", [asked[0]?.host, asked[0]?.port], ["never-looked-up.test", 80]);
    },
  },
  {
    id: "net.proxy-socks5-auth",
    title: "user and password of the proxy's URL are given to a SOCKS5 proxy that asks for them, and to nobody else",
    needs: ["proxy:socks5"],
    spec: "RFC 1929; contract 10",
    async run({ serve, send, create }) {
      for (const method of [2, 0] as const) {
        const asked: Asked[] = [];
        const server = await serve(granting(okay, asked, method));
        const proxy = server.origin.replace("http://", "socks5://user:pa%40ss@");
        await send("http://127.0.0.1:1/", { transport: create({ proxy }) }).ends("ok");
        expectEqual("the credentials", asked[0]?.credentials, method === 2 ? "user:pa@ss" : undefined);
        const fields = server.requests[0]?.fields.map(([name]) => name.toLowerCase()) ?? [];
        expectEqual(
          "fields about it",
          fields.filter((name) => /authorization/.test(name)),
          [],
        );
      }
    },
  },
  {
    id: "net.proxy-socks5h-tls",
    title: "TLS goes through a SOCKS5 proxy to the origin, whose name is checked",
    needs: ["proxy:socks5h", "customCa"],
    spec: "contract 10",
    async run({ serve, send, create }) {
      const { ca, server: pair } = await certificates();
      const secured: Script = async (connection) => {
        await readRequest(connection);
        await Promise.all([connection.send(granted), connection.startTls(pair)]);
        await okay(connection);
      };
      const server = await serve(secured);
      const proxy = server.origin.replace("http:", "socks5h:");
      await send("https://localhost:1/", { transport: create({ proxy, ca }) }).ends("ok");
      await send("https://other.test:1/", { transport: create({ proxy, ca }) }).fails("tls");
      expectEqual("the number of requests", server.requests.length, 1);
    },
  },
  {
    id: "net.proxy-socks5-streaming",
    title: "events through a SOCKS5 proxy are each delivered before the next is sent",
    needs: ["proxy:socks5"],
    spec: "contract 3",
    async run({ serve, send, create }) {
      const streaming: Script = async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (let count = 1; count <= 10; count++) {
          await connection.send(chunk("data: 1\n\n"));
          await exchange.received(count * 9);
        }
        await connection.send(lastChunk);
      };
      const server = await serve(granting(streaming, []));
      const transport = create({ proxy: server.origin.replace("http:", "socks5:") });
      const exchange = send("http://127.0.0.1:1/", { transport });
      await exchange.ends("data: 1\n\n".repeat(10));
    },
  },
  ...refusals,
]);
