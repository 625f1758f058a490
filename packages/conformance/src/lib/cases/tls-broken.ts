import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { ConformanceError } from "../conformance-error.ts";
import { verbsFor } from "../core-verbs.ts";
import { expectEqual, expectOneOf } from "../expect.ts";
import { type Bytes, chunk, ok, okChunked } from "../http-text.ts";
import type { ScriptedServer } from "../scripted-server.ts";
import { type Relay, type RelayHooks, startRelay } from "../tls-relay.ts";
import { respond } from "./respond.ts";
import { expectRequests } from "./unasked.ts";

const plainly = (server: ScriptedServer): string => server.url().replace("http:", "https:");

/** Puts a relay in front of a server. */
async function relayTo(context: CaseContext, server: ScriptedServer, hooks?: RelayHooks): Promise<Relay> {
  const relay = await startRelay(server.port, hooks);
  context.otherServers.push(relay);
  return relay;
}

/** A TLS record of application data that no key decrypts (RFC 8446 section 5.2). */
const forgedRecord = Uint8Array.of(0x17, 3, 3, 0, 32, ...Array.from({ length: 32 }, (_, index) => index));
/** A fatal alert in plain text, as it is before keys are agreed on (RFC 5246 section 7.2): unknown_ca. */
const unknownCaAlert = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 48);

const handshakes: readonly CaseDefinition[] = [
  ...(["fin", "rst"] as const).map((how) => ({
    id: `tls.handshake-${how}`,
    title: `${how.toUpperCase()} inside the handshake is \`tls\``,
    spec: "contract 7, row 4",
    async run(context: CaseContext) {
      const server = await context.serve(async (connection) => {
        await connection.receivedBytes(1);
        connection[how]();
      });
      await context.send(plainly(server)).fails("tls");
    },
  })),
  {
    id: "tls.plain-server",
    title: "a server that answers the handshake in plain text is `tls`, promptly",
    spec: "contract 7, row 4",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.receivedBytes(1);
        await connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
      });
      await context.send(plainly(server)).fails("tls");
    },
  },
  {
    id: "tls.plain-client",
    title: "a server of TLS that is spoken to without answers with an alert: `protocol`, promptly",
    spec: "contract 7, row 5: not HTTP",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70));
        connection.fin();
      });
      await context.send(server.url()).fails("protocol");
    },
  },
  {
    id: "tls.client-certificate-refused",
    title: "a client certificate that the server does not take is `tls`",
    needs: ["customCa", "clientCertificate"],
    spec: "contract 7, row 4: under TLS 1.2 the refusal comes before Finished",
    async run(context) {
      const { ca, server: pair, selfSigned } = await certificates();
      const tls = { ...pair, requestCert: true, rejectUnauthorized: false, maxVersion: "TLSv1.2" } as const;
      const server = await context.serve(respond(ok("Content-Length: 2"), "ok"), { tls });
      // Node's server would accept the certificate, finish, and drop the connection.
      const relay = await relayTo(context, server, {
        fromClient(bytes, { client, server: { bytesRead } }) {
          if (bytesRead > 0) client.end(unknownCaAlert);
          return bytesRead === 0;
        },
      });
      const transport = context.create({ ca, ...selfSigned });
      await context.send(`https://127.0.0.1:${relay.port}/`, { transport }).fails("tls");
      await expectRequests(context, server);
    },
  },
  {
    id: "tls.abort-in-handshake",
    title: "an abort while the handshake hangs closes the connection",
    spec: "contract 2 and 8",
    async run({ serve, send, within }) {
      const reason = new Error("mine");
      const server = await serve(async (connection) => {
        await connection.receivedBytes(1);
        exchange.abort(reason);
      });
      const exchange = send(plainly(server));
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
];

/** A body that is broken off after `hello`, over TLS. */
async function breakBody(
  { serve, send, create }: CaseContext,
  head: Bytes,
  how: "fin" | "finWithoutCloseNotify",
): Promise<ReturnType<CaseContext["send"]>> {
  const { ca, server: tls } = await certificates();
  const server = await serve(
    async (connection) => {
      await connection.request();
      await connection.send(head, head === okChunked ? chunk("hello") : "hello");
      await exchange.received(5);
      connection[how]();
    },
    { tls },
  );
  const exchange = send(server.url(), { transport: create({ ca }) });
  await exchange.settles();
  return exchange;
}

/** A body over TLS, through a relay that a case breaks it with. */
async function expectBrokenRecord(context: CaseContext, meddle: (relay: Relay) => void): Promise<void> {
  const { ca, server: tls } = await certificates();
  const server = await context.serve(
    async (connection) => {
      await connection.request();
      await connection.send(okChunked, chunk("data: 1\n\n"));
    },
    { tls },
  );
  const relay = await relayTo(context, server);
  const exchange = context.send(`https://127.0.0.1:${relay.port}/`, { transport: context.create({ ca }) });
  await exchange.received(9);
  meddle(relay);
  await exchange.fails("truncated", "reset");
  expectEqual("the body", exchange.text, "data: 1\n\n");
}

const bodies: readonly CaseDefinition[] = [
  {
    id: "tls.alert-mid-body",
    title: "after a fatal alert in the middle of a body what came before is delivered, and it is no end",
    needs: ["customCa"],
    spec: "RFC 8446 6.2; contract 7, rows 7 to 9",
    run: (context) =>
      // The server cannot decrypt it and says so in an alert.
      expectBrokenRecord(context, ({ connections }) => connections[0]?.server.write(forgedRecord)),
  },
  {
    id: "tls.forged-record",
    title: "after a record that does not decrypt what came before is delivered, and it is no end",
    needs: ["customCa"],
    spec: "RFC 8446 5.2; contract 7, rows 7 to 9",
    run: (context) => expectBrokenRecord(context, ({ connections }) => connections[0]?.client.write(forgedRecord)),
  },
  {
    id: "tls.chunk-truncated",
    title: "a chunked body cut by FIN, with or without close_notify, is no end",
    needs: ["customCa"],
    spec: "contract 7, row 8",
    async run(context) {
      for (const how of ["fin", "finWithoutCloseNotify"] as const)
        await (await breakBody(context, okChunked, how)).fails("truncated");
    },
  },
  {
    id: "tls.length-short",
    title: "a body short of its Content-Length, with or without close_notify, is no end",
    needs: ["customCa"],
    spec: "contract 7, row 8; RFC 9112 9.8",
    async run(context) {
      for (const how of ["fin", "finWithoutCloseNotify"] as const)
        await (await breakBody(context, ok("Content-Length: 10"), how)).fails("truncated");
    },
  },
  {
    id: "tls.length-exact",
    title: "a body as long as its Content-Length has ended, whether or not close_notify comes",
    needs: ["customCa"],
    spec: "contract 2; RFC 9112 9.8",
    async run(context) {
      for (const how of ["fin", "finWithoutCloseNotify"] as const)
        await (await breakBody(context, ok("Content-Length: 5"), how)).ends("hello");
    },
  },
  {
    id: "tls.close-delimited",
    title: "close_notify and FIN end a body that has neither length nor chunks",
    needs: ["customCa"],
    spec: "contract 2; RFC 9112 9.8",
    run: async (context) => void (await (await breakBody(context, ok(), "fin")).ends("hello")),
  },
  {
    id: "tls.close-delimited-cut",
    title: "FIN without close_notify, where FIN is the end, ends or fails at once",
    level: "may",
    needs: ["customCa"],
    spec: "RFC 9112 9.8",
    async run(context) {
      const exchange = await breakBody(context, ok(), "finWithoutCloseNotify");
      if (exchange.outcome?.ended === true) return "taken for an end";
      await exchange.fails("truncated", "reset");
      return "recognised as a cut";
    },
  },
  {
    id: "tls.close-delimited-assumed",
    title: "over TLS an end by close alone is only assumed: an event whose last line is cut is not invented",
    scope: "verb",
    needs: ["customCa"],
    spec: "contract 2: over TLS core takes such an end for assumed",
    async run({ serve, create }) {
      const { ca, server: tls } = await certificates();
      for (const how of ["fin", "finWithoutCloseNotify"] as const) {
        const server = await serve(
          async (connection) => {
            await connection.request();
            await connection.send(ok(), "data: 1\n\ndata: ha");
            connection[how]();
          },
          { tls },
        );
        const events: string[] = [];
        const transport = create({ ca });
        const stream = await verbsFor(transport).openEventStream(server.url(), { transport });
        const failure = await collect(stream, events).catch((error: unknown) => error);
        expectEqual("the events", events, ["1"]);
        if (failure === undefined) throw new ConformanceError("the stream to fail as incomplete", "an end");
        expectOneOf("the code", (failure as { code?: unknown }).code, ["incomplete", "truncated", "reset"]);
      }
    },
  },
];

async function collect(stream: AsyncIterable<{ readonly data: string }>, events: string[]): Promise<void> {
  for await (const { data } of stream) events.push(data);
}

/** Handshakes and bodies that break, over TLS. */
export const tlsBrokenCases: readonly ConformanceCase[] = defineCases("tls", [...handshakes, ...bodies]);
