import type { Transport } from "@headrace/core/transport";
import { unmetNeed } from "../capabilities.ts";
import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { ok } from "../http-text.ts";
import { expectConnectTimeout } from "./connecting.ts";
import { dataFrame, headFrame, Http2Peer } from "./h2-frames.ts";
import { defineHttp2Cases, overHttp2 } from "./http2.ts";
import { respond } from "./respond.ts";

const fallback: readonly CaseDefinition[] = [
  {
    id: "h2.fallback",
    title: "a server that speaks HTTP/1.1 only is answered by it",
    spec: "contract 1: offered over TLS",
    async run(context) {
      const { server: pair } = await certificates();
      const server = await context.serve(respond(ok("Content-Length: 2"), "ok"), { tls: pair });
      const exchange = context.send(server.url(), { transport: await overHttp2(context) });
      await exchange.ends("ok");
      if (unmetNeed(["httpVersion"], context.supports) === undefined)
        expectEqual("the version", (await exchange.head()).httpVersion, "1.1");
    },
  },
  {
    id: "h2.connect-timeout",
    title: "a handshake that hangs is `timeout` in phase `connect` where HTTP/2 is offered, too",
    needs: ["connectTimeout"],
    alone: true,
    spec: "contract 8: to the end of the TLS handshake",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.receivedBytes(1);
      });
      await expectConnectTimeout(context, server.url().replace("http:", "https:"), await overHttp2(context));
      await context.within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
];

const versions: readonly CaseDefinition[] = [
  {
    id: "h2.not-unasked",
    title: "without `httpVersion` HTTP/1.1 is spoken, even to a server that prefers HTTP/2",
    needs: ["customCa"],
    spec: "contract 1: NetworkOptions, default 1.1",
    async run({ serve, send, create }) {
      const { server: pair, ca } = await certificates();
      const tls = { ...pair, ALPNProtocols: ["h2", "http/1.1"] };
      const server = await serve(respond(ok("Content-Length: 2"), "ok"), { tls });
      await send(server.url(), { transport: create({ ca }) }).ends("ok");
      expectThat(server.connections[0]?.tls?.alpnProtocol !== "h2", "no h2 by ALPN", "h2");
    },
  },
  {
    id: "h2.prior-knowledge",
    title: "with `h2c` HTTP/2 is spoken without TLS and without asking, or the factory refuses it",
    spec: "contract 1: NetworkOptions; RFC 9113 3.3",
    async run({ serve, send, create }) {
      const transport = createOrRefuse(create);
      if (transport === undefined) return;
      const server = await serve(async (connection) => {
        const peer = new Http2Peer(connection);
        await peer.start();
        const stream = await peer.stream();
        await peer.send(headFrame(stream), dataFrame(stream, "hello", true));
      });
      const exchange = send(server.url(), { transport });
      await exchange.ends("hello");
      expectEqual(
        "the preface",
        Buffer.from(server.connections[0]?.received ?? []).toString("latin1", 0, 14),
        "PRI * HTTP/2.0",
      );
    },
  },
];

function createOrRefuse(create: CaseContext["create"]): Transport | undefined {
  try {
    return create({ httpVersion: "h2c" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "unsupported") return undefined;
    throw error;
  }
}

/** Which version is spoken: as asked, and as the server agrees. */
export const http2VersionCases: readonly ConformanceCase[] = [
  ...defineHttp2Cases(fallback),
  ...defineCases("h2", versions),
];
