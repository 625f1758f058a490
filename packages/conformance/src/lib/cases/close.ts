import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { createGate } from "./gate.ts";
import { respond } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";

const okay = respond(ok("Content-Length: 2"), "ok");

/** The end of a transport: contract 5. */
export const closeCases: readonly ConformanceCase[] = defineCases("conc", [
  {
    id: "conc.close-releases",
    title: "close() closes the connections that were kept",
    spec: "contract 5: everything is released",
    async run({ serve, send, transport, within }) {
      const server = await serve(okay);
      await send(server.url()).ends("ok");
      await transport().close();
      await within(1000, server.closedByClient(), "the client to close the kept connection");
    },
  },
  {
    id: "conc.close-drains",
    title: "close() refuses what is new, lets what is in flight finish, and resolves then",
    spec: "contract 5",
    async run({ serve, send, transport, delay }) {
      const gate = createGate();
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
        await gate.opened;
        await connection.send(chunk("two"), lastChunk);
        connection.rest();
      });
      const running = send(server.url());
      await running.received(3);
      let closed = false;
      const closing = transport()
        .close()
        .then(() => (closed = true));
      await send(server.url()).fails("closed");
      await delay(20);
      expectThat(!closed, "close() to wait for the exchange in flight", "it had resolved");
      gate.open();
      await running.ends("onetwo");
      await closing;
    },
  },
  {
    id: "conc.close-again-drains",
    title: "a second close() waits for the exchange in flight too",
    spec: "contract 5: idempotent; it waits for the exchanges in flight",
    async run({ serve, send, transport, delay }) {
      const gate = createGate();
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
        await gate.opened;
        await connection.send(lastChunk);
        connection.rest();
      });
      const running = send(server.url());
      await running.received(3);
      const resolved: string[] = [];
      const closings = ["the first", "the second"].map(async (which) => {
        await transport().close();
        resolved.push(which);
      });
      await delay(20);
      expectEqual("calls of close() that resolved with the exchange in flight", resolved, []);
      gate.open();
      await running.ends("one");
      await Promise.all(closings);
    },
  },
  {
    id: "conc.close-force-settles",
    title: "close({ force: true }) resolves when every exchange has settled, and not before",
    spec: "contract 5: resolves when everything is released",
    async run({ serve, send, transport }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
      });
      const exchanges = [send(server.url()), send(server.url())];
      for (const exchange of exchanges) await exchange.received(3);
      await transport().close({ force: true });
      const settled = exchanges.filter(({ outcome }) => outcome !== undefined).length;
      expectEqual("exchanges that had settled when close() resolved", settled, 2);
      for (const exchange of exchanges) await exchange.fails("closed");
    },
  },
  {
    id: "conc.close-force",
    title: "close({ force: true }), also after close(), ends what is in flight with `closed`",
    spec: "contract 5",
    async run({ serve, send, transport, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
      });
      const streaming = send(server.url());
      await streaming.received(3);
      const gentle = transport().close();
      await within(1000, transport().close({ force: true }), "close({ force: true }) to resolve");
      await streaming.fails("closed");
      await gentle;
      await within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
  {
    id: "conc.close-force-held-back",
    title: "close({ force: true }) does not wait for the sink's promise, nor for a head",
    spec: "contract 5",
    async run({ serve, send, transport, within }) {
      const server = await serve(async (connection) => {
        const { target } = await connection.request();
        if (target === "/held") await connection.send(okChunked, chunk("one"));
      });
      const held = send(server.url("/held"), { onBody: () => new Promise(() => {}) });
      const silent = send(server.url("/silent"));
      await held.received(3);
      await within(1000, transport().close({ force: true }), "close({ force: true }) to resolve");
      await held.fails("closed");
      await silent.fails("closed");
    },
  },
  {
    id: "conc.use-after-close",
    title: "send() after close() is `closed` before any connection; close() twice is fine",
    spec: "contract 5",
    async run(context) {
      const server = await context.serve(okay);
      const transport = context.transport();
      await transport.close();
      await transport.close();
      await transport.close({ force: true });
      await context.send(server.url()).fails("closed");
      await expectUnconnected(server);
    },
  },
  {
    id: "conc.two-instances",
    title: "closing one transport by force leaves another's exchange alone",
    spec: "contract 5",
    async run({ serve, send, create }) {
      const [first, second] = [create(), create()];
      const server = await serve(async (connection) => {
        const { target } = await connection.request();
        await connection.send(okChunked, chunk(target));
        if (target === "/first") return;
        await ended.settles();
        await connection.send(lastChunk);
        connection.rest();
      });
      const ended = send(server.url("/first"), { transport: first });
      const lasting = send(server.url("/second"), { transport: second });
      await ended.received(6);
      await lasting.received(7);
      await first.close({ force: true });
      await ended.fails("closed");
      await lasting.ends("/second");
    },
  },
]);
