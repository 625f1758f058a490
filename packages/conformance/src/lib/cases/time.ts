import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { expectConnectTimeout } from "./connecting.ts";
import { respond } from "./respond.ts";

/** What arrives is delivered as it arrives; the connect clock is kept. */
export const timeCases: readonly ConformanceCase[] = defineCases("time", [
  {
    id: "time.first-byte",
    title: "one byte of body is delivered within 250 ms, the body still open",
    spec: "contract 3",
    async run({ serve, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("x"));
        await within(250, exchange.received(1), "the first byte at the sink");
        await connection.send(lastChunk);
      });
      const exchange = send(server.url());
      await exchange.ends("x");
    },
  },
  ...(["chunked", "close-delimited"] as const).map((framing) => ({
    id: framing === "chunked" ? "time.each-write" : "time.each-write-unframed",
    title: `100 events of a ${framing} body, each sent only when the last was delivered, all come`,
    spec: "contract 3",
    async run({ serve, send }: Parameters<ConformanceCase["run"]>[0]) {
      const event = "data: 1\n\n";
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(framing === "chunked" ? okChunked : ok());
        for (let count = 1; count <= 100; count++) {
          await connection.send(framing === "chunked" ? chunk(event) : event);
          await exchange.received(count * event.length);
        }
        if (framing === "chunked") await connection.send(lastChunk);
        else connection.fin();
      });
      const exchange = send(server.url());
      await exchange.ends(event.repeat(100));
    },
  })),
  {
    id: "time.small-after-large",
    title: "one byte after 1 MiB is not held back",
    spec: "contract 3",
    async run({ serve, send, within }) {
      const total = 1_048_577;
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (let offset = 0; offset < total - 1; offset += 65_536)
          await connection.send(chunk(patternBytes(offset, 65_536)));
        await exchange.received(total - 1);
        await connection.send(chunk(patternBytes(total - 1, 1)));
        await within(250, exchange.received(total), "the last byte at the sink");
        await connection.send(lastChunk);
      });
      const exchange = send(server.url(), { pattern: true });
      await exchange.ends();
      expectEqual("the first wrong byte", exchange.recording.firstDifference, -1);
    },
  },
  {
    id: "time.no-nagle",
    title: "20 POSTs one after another do not wait for delayed acknowledgements",
    level: "should",
    spec: "RFC 9293 3.7.4",
    async run({ serve, send, ms }) {
      const server = await serve(respond(ok("Content-Length: 2"), "ok"));
      const started = performance.now();
      for (let count = 0; count < 20; count++) await send(server.url(), { method: "POST", body: "x" }).ends("ok");
      const elapsed = performance.now() - started;
      expectThat(elapsed < ms(400), `20 exchanges in under ${ms(400)} ms`, elapsed);
    },
  },
  {
    id: "time.connect-timeout",
    title: "a handshake that hangs is `timeout` in phase `connect`, at the limit and not before",
    needs: ["connectTimeout"],
    spec: "contract 8: to the end of the TLS handshake",
    async run(context) {
      const server = await context.serve(async (connection) => {
        await connection.receivedBytes(1);
      });
      await expectConnectTimeout(context, server.url().replace("http:", "https:"));
      await context.within(1000, server.closedByClient(), "the client to close the connection");
    },
  },
  {
    id: "time.connect-timeout-over",
    title: "the connect clock stops when the connection is there",
    needs: ["connectTimeout"],
    spec: "contract 8",
    async run({ serve, send, delay, ms }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await delay(120);
        await connection.send(ok("Content-Length: 2"));
        await delay(120);
        await connection.send("ok");
      });
      await send(server.url(), { connectTimeout: ms(100) }).ends("ok");
    },
  },
  {
    id: "time.connect-timeout-reused",
    title: "the connect clock does not run on a connection that is used again",
    needs: ["connectTimeout"],
    spec: "contract 8",
    async run({ serve, send, delay, ms }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          if (target === "/slow") await delay(120);
          await connection.send(ok("Content-Length: 2"), "ok");
        }
      });
      await send(server.url(), { connectTimeout: ms(100) }).ends("ok");
      await send(server.url("/slow"), { connectTimeout: ms(100) }).ends("ok");
    },
  },
]);
