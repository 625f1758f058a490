import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import {
  certificates,
  startScriptedServer,
  type KeyPair,
  type ScriptedServer,
  type ScriptedServerOptions,
} from "@headrace/conformance";
import type { NetworkOptions } from "@headrace/core/transport";
import { afterEach, describe, expect, test } from "vitest";
import { curlTransport } from "../index.ts";
import { observeExchange, type ObservedExchange, type ObserveInit } from "./observe-exchange.test-support.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const server = await startScriptedServer(
    async (connection) => {
      for (;;) {
        await connection.request();
        await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      }
    },
    { onScriptError: () => {}, ...options },
  );
  cleanups.push(() => server.close());
  return server;
}

async function exchange(options: NetworkOptions, url: string, init?: ObserveInit): Promise<ObservedExchange> {
  const transport = curlTransport(options);
  try {
    return await observeExchange(transport, url, init);
  } finally {
    await transport.close();
  }
}

const delivered = expect.objectContaining({ body: "hello", error: undefined });

describe("TLS", () => {
  test("a certificate of an unknown authority is refused before anything is sent", async () => {
    const { server: pair } = await certificates();
    const server = await serve({ tls: pair });
    expect((await exchange({}, server.url())).error).toMatchObject({
      code: "tls",
      detail: "untrusted",
      phase: "connect",
    });
    expect(server.requests).toEqual([]);
  });

  test("ca is trusted, as text and as bytes, by this transport alone", async () => {
    const { ca, server: pair } = await certificates();
    const server = await serve({ tls: pair });
    const trusting = curlTransport({ ca });
    expect(await observeExchange(trusting, server.url())).toEqual(delivered);
    expect(await exchange({ ca: Buffer.from(ca) }, server.url())).toEqual(delivered);
    expect((await exchange({}, server.url())).error?.code).toBe("tls");
    expect(await observeExchange(trusting, server.url())).toEqual(delivered);
    await trusting.close();
  });

  test("ca replaces the authorities of the system", async () => {
    const { selfSigned, ca, server: pair } = await certificates();
    const server = await serve({ tls: pair });
    expect((await exchange({ ca: selfSigned.cert }, server.url())).error?.code).toBe("tls");
    expect(await exchange({ ca }, server.url())).toEqual(delivered);
  });

  test.each([
    ["wrongName", "hostname"],
    ["expired", "expired"],
  ] as const)("%s is refused, insecure or not", async (which, detail) => {
    const { ca, [which]: pair } = await certificates();
    const server = await serve({ tls: pair });
    expect((await exchange({ ca }, server.url())).error).toMatchObject({ code: "tls", detail });
    expect(await exchange({ insecure: true }, server.url())).toEqual(delivered);
  });

  test("a client certificate, the same in one text with its key, and none", async () => {
    const { ca, server: pair, client } = await certificates();
    const server = await serve({ tls: { ...pair, ca, requestCert: true, rejectUnauthorized: true } });
    expect(await exchange({ ca, ...client }, server.url())).toEqual(delivered);
    expect(await exchange({ ca, cert: `${client.cert}\n${client.key}` }, server.url())).toEqual(delivered);
    expect((await exchange({ ca }, server.url())).error?.code).toBe("tls");
  });

  test("TLS 1.1 is too old", async () => {
    const { server: pair } = await certificates();
    const old = { ...pair, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const server = await serve({ tls: old });
    expect((await exchange({ insecure: true }, server.url())).error?.code).toBe("tls");
  });
});

describe("addresses", () => {
  test("unixSocket, and one that is not there", async () => {
    const server = await serve({ listenOn: "unix" });
    expect(await exchange({ unixSocket: server.path }, "http://api.test/v1")).toEqual(delivered);
    expect(server.requests[0]?.value("host")).toBe("api.test");
    const { error } = await exchange({ unixSocket: `${server.path}.missing` }, "http://api.test/v1");
    expect(error?.code).toBe("connect");
  });

  test("resolve, with and without a port, for this transport alone", async () => {
    const server = await serve();
    const url = `http://api.test:${server.port}/`;
    const here = curlTransport({ resolve: { "api.test": "127.0.0.1" } });
    expect(await observeExchange(here, url)).toEqual(delivered);
    expect((await exchange({ resolve: { "api.test": "::1" } }, url)).error?.code).toBe("connect");
    await here.close();
    expect(await exchange({ resolve: { [`api.test:${server.port}`]: "127.0.0.1" } }, url)).toEqual(delivered);
    expect(await exchange({ resolve: { "*": "127.0.0.1" } }, url)).toEqual(delivered);
    expect(server.requests[0]?.value("host")).toBe(`api.test:${server.port}`);
  });

  test("resolve is for the proxy's name, too", async () => {
    const proxy = await serve();
    const resolve = { "proxy.test": "127.0.0.1", "api.test": "::1" };
    expect(await exchange({ proxy: `http://proxy.test:${proxy.port}`, resolve }, "http://api.test/")).toEqual(
      delivered,
    );
  });

  test("userAgent, its default, and the caller's own header", async () => {
    const server = await serve();
    await exchange({}, server.url());
    await exchange({ userAgent: "agent/1" }, server.url());
    await exchange({ userAgent: "agent/1" }, server.url(), { headers: { "user-agent": "mine" } });
    await exchange({ userAgent: "" }, server.url());
    const agents = server.requests.map((request) => request.values("user-agent"));
    expect(agents).toEqual([[expect.stringMatching(/^headrace\/\S+ libcurl\/[\d.]+/)], ["agent/1"], ["mine"], []]);
  });
});

describe("proxies", () => {
  test("http: the target in absolute form, credentials for the proxy alone", async () => {
    const proxy = await serve();
    const url = "http://api.test/v1?a?";
    expect(await exchange({ proxy: `http://us%40er:secret@127.0.0.1:${proxy.port}` }, url)).toEqual(delivered);
    const [request] = proxy.requests;
    expect(request?.target).toBe(url);
    expect(request?.value("proxy-authorization")).toBe(`Basic ${btoa("us@er:secret")}`);
    expect(request?.value("proxy-connection")).toBeUndefined();
  });

  test("http: CONNECT for https, and its headers are not the request's", async () => {
    const { ca, server: pair } = await certificates();
    const server = await serve({ tls: pair });
    const { port, connects } = await tunnel({});
    const headers = { authorization: "Bearer secret", "x-api-key": "secret" };
    const { error, head, body } = await exchange({ ca, proxy: `http://127.0.0.1:${port}` }, server.url("/v1"), {
      headers,
    });
    expect({ error, body, status: head?.status, url: head?.url }).toEqual({
      error: undefined,
      body: "hello",
      status: 200,
      url: server.url("/v1"),
    });
    expect(connects[0]?.url).toBe(`127.0.0.1:${server.port}`);
    expect(JSON.stringify(connects[0]?.headers)).not.toContain("secret");
    expect(server.requests[0]?.value("authorization")).toBe("Bearer secret");
    expect(server.requests[0]?.target).toBe("/v1");
  });

  test("https: the proxy's certificate is checked against ca, insecure or not", async ({ skip }) => {
    if (!curlTransport().supports.proxy.includes("https")) return skip("this libcurl has no proxies over https");
    const { ca, server: pair } = await certificates();
    const server = await serve({ tls: pair });
    const { port, connects } = await tunnel({ tls: pair });
    const proxy = `https://user:secret@127.0.0.1:${port}`;
    expect((await exchange({ proxy, insecure: true }, server.url())).error?.code).toBe("tls");
    expect(connects).toEqual([]);
    expect(await exchange({ proxy, ca }, server.url())).toEqual(delivered);
    expect(connects[0]?.url).toBe(`127.0.0.1:${server.port}`);
  });

  test.each([403, 407, 502])(
    "http: CONNECT answered with %i is proxy, with the status and no password",
    async (status) => {
      const { port } = await tunnel({ status });
      const { error } = await exchange({ proxy: `http://user:secret@127.0.0.1:${port}` }, "https://api.test/");
      expect(error).toMatchObject({ code: "proxy", status });
      expect(JSON.stringify(error) + error?.message).not.toContain("secret");
    },
  );

  test("an unreachable proxy is connect, an unknown one dns", async () => {
    const { port, close } = await tunnel({});
    await close();
    expect((await exchange({ proxy: `http://127.0.0.1:${port}` }, "http://api.test/")).error?.code).toBe("connect");
    const unknown = `http://${"x".repeat(64)}.test:80`;
    expect((await exchange({ proxy: unknown }, "http://api.test/")).error?.code).toBe("dns");
  });

  test.each([
    ["socks5", "localhost", /^127\.|:/],
    ["socks5h", "only-the-proxy-knows.test", /^only-the-proxy-knows\.test$/],
  ])("%s", async (scheme, host, told) => {
    const server = await serve();
    const proxy = await socksServer({ target: server.port });
    const url = `http://${host}:${server.port}/`;
    expect(await exchange({ proxy: `${scheme}://127.0.0.1:${proxy.port}` }, url)).toEqual(delivered);
    expect(proxy.hosts).toEqual([expect.stringMatching(told)]);
  });

  test("socks5: refused, and gone", async () => {
    const refusing = await socksServer({ reply: 2 });
    const url = "http://api.test/";
    expect((await exchange({ proxy: `socks5h://127.0.0.1:${refusing.port}` }, url)).error?.code).toBe("proxy");
    const closing = await socksServer({ hangUp: true });
    expect((await exchange({ proxy: `socks5h://127.0.0.1:${closing.port}` }, url)).error?.code).toBe("proxy");
  });

  test("environment is read when it is asked for, at each send", async () => {
    const proxy = await serve();
    const server = await serve();
    const names = ["http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
    const before = names.map((name) => [name, process.env[name]] as const);
    cleanups.push(() => {
      for (const [name, value] of before) {
        delete process.env[name];
        if (value !== undefined) process.env[name] = value;
      }
    });
    for (const name of names) delete process.env[name];
    process.env["http_proxy"] = `http://127.0.0.1:${proxy.port}`;

    expect(await exchange({}, server.url())).toEqual(delivered);
    expect(proxy.requests).toEqual([]);
    const transport = curlTransport({ proxy: "environment" });
    expect(await observeExchange(transport, server.url("/1"))).toEqual(delivered);
    expect(proxy.requests.map(({ target }) => target)).toEqual([server.url("/1")]);
    process.env["NO_PROXY"] = "*";
    expect(await exchange({ proxy: proxy.origin }, server.url("/given"))).toEqual(delivered);
    expect(proxy.requests.at(-1)?.target).toBe(server.url("/given"));
    process.env["NO_PROXY"] = "127.0.0.1";
    expect(await observeExchange(transport, server.url("/2"))).toEqual(delivered);
    expect(server.requests.map(({ target }) => target)).toEqual(["/", "/2"]);
    await transport.close();
  });
});

describe("nonsense and what cannot be done", () => {
  test.each<NetworkOptions>([
    { proxy: "http://user:secret@proxy.test/path" },
    { unixSocket: "" },
    { unixSocket: "/run/secret.sock", proxy: "http://proxy.test" },
    { ca: "secret" },
    { ca: "-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----" },
    { key: "secret" },
    { cert: "secret" },
    { httpVersion: "secret" as never },
    { resolve: { "api.test": "secret" } },
    { resolve: { "api.test:": "127.0.0.1" } },
    { resolve: { "-api.test": "127.0.0.1" } },
    { userAgent: "sec\r\nret: 1" },
  ])("%j is invalid-argument, and not repeated", (options) => {
    expect(() => curlTransport(options)).toThrow(
      expect.objectContaining({ code: "invalid-argument", phase: "arguments" }),
    );
    expect(() => curlTransport(options)).not.toThrow(/secret|sec\r/);
  });

  test("HTTP/3 without HTTP/3 is unsupported", ({ skip }) => {
    if (curlTransport().supports.http3) return skip("this libcurl has HTTP/3");
    expect(() => curlTransport({ httpVersion: "3" })).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});

interface Tunnel {
  readonly port: number;
  readonly connects: { url: string; headers: unknown }[];
  readonly close: () => Promise<void>;
}

/** An HTTP proxy that answers CONNECT with `status`, or makes the tunnel. */
async function tunnel({ status = 200, tls }: { status?: number; tls?: KeyPair }): Promise<Tunnel> {
  const connects: Tunnel["connects"] = [];
  const server = tls ? createHttpsServer({ ...tls }) : createHttpServer();
  server.on("connect", ({ url = "", headers }, client: Socket) => {
    connects.push({ url, headers });
    client.on("error", () => {});
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\nno`);
    const [host = "", port = ""] = url.split(":");
    const upstream = connect(Number(port), host, () =>
      client.write("HTTP/1.1 200 Here you are\r\nX-Tunnel: 1\r\n\r\n"),
    );
    join(client, upstream);
  });
  const port = await listen(server);
  return { port, connects, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

interface SocksOptions {
  /** Port on 127.0.0.1 that every connection is led to. */
  readonly target?: number;
  /** RFC 1928 section 6; 0 is success. */
  readonly reply?: number;
  readonly hangUp?: boolean;
}

/** A SOCKS5 proxy (RFC 1928) without authentication. */
async function socksServer({
  target = 0,
  reply = 0,
  hangUp = false,
}: SocksOptions): Promise<{ port: number; hosts: string[] }> {
  const hosts: string[] = [];
  const server = createServer((client) => {
    client.on("error", () => {});
    client.once("data", () => {
      if (hangUp) return void client.end();
      client.write(Uint8Array.of(5, 0));
      client.once("data", (request: Buffer) => {
        hosts.push(hostOf(request));
        client.write(Uint8Array.of(5, reply, 0, 1, 127, 0, 0, 1, 0, 0));
        if (reply === 0) join(client, connect(target, "127.0.0.1"));
        else client.end();
      });
    });
  });
  return { port: await listen(server), hosts };
}

function hostOf(request: Buffer): string {
  const length = request[4] ?? 0;
  if (request[3] === 3) return request.toString("latin1", 5, 5 + length);
  return request[3] === 1 ? request.subarray(4, 8).join(".") : "::1 or such";
}

function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    if ("closeAllConnections" in server) (server as ReturnType<typeof createHttpServer>).closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
