import { type ConformanceCase, type Need, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { chunk, okChunked } from "../http-text.ts";
import { createGate } from "./gate.ts";
import { respond } from "./respond.ts";

const needs: readonly Need[] = ["trailers"];
const answer = respond(okChunked, chunk("x"), "0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n");

/** How the trailer section reaches the sink: contract 3. */
export const trailerCases: readonly ConformanceCase[] = [
  ...defineCases("body", [
    {
      id: "body.trailers-duplicate",
      title: "the lines of one trailer field are joined in order",
      needs,
      spec: "RFC 9110 5.3 and 6.5",
      async run({ serve, send }) {
        const server = await serve(answer);
        const exchange = send(server.url());
        await exchange.ends("x");
        expectEqual("X-Sum", exchange.recording.receivedTrailers?.get("x-sum"), "1, 2");
      },
    },
  ]),
  ...defineCases("sink", [
    {
      id: "sink.trailers-held-back",
      title: "trailers() waits for the promise of the last body()",
      needs,
      spec: "contract 3: no further call until it settles",
      async run({ serve, send, delay }) {
        const gate = createGate();
        const server = await serve(answer);
        const exchange = send(server.url(), { onBody: () => gate.opened });
        await exchange.received(1);
        await delay(40);
        expectEqual("the trailers while the promise is pending", exchange.recording.receivedTrailers, undefined);
        gate.open();
        await exchange.ends("x");
        expectEqual("X-Sum", exchange.recording.receivedTrailers?.get("x-sum"), "1, 2");
      },
    },
    {
      id: "sink.throw-in-trailers",
      title: "what trailers() throws, send() rejects with",
      needs,
      spec: "contract 2: the very value that the sink threw",
      async run({ serve, send }) {
        const server = await serve(answer);
        const error = new Error("the sink's own");
        const onTrailers = (): void => {
          throw error;
        };
        await send(server.url(), { onTrailers }).rejectsWith(error);
      },
    },
    {
      id: "sink.without-trailers",
      title: "a sink without trailers() is a sink: the section is read and passed over",
      spec: "contract 3: `trailers` is optional",
      async run({ serve, transport, within }) {
        const server = await serve(answer);
        let text = "";
        const request = {
          url: new URL(server.url()),
          method: "GET",
          headers: new Headers(),
          body: null,
          signal: new AbortController().signal,
          connectTimeout: 0,
        };
        const body = (bytes: Uint8Array): void => void (text += Buffer.from(bytes).toString("latin1"));
        const sent = transport().send(request, { head: () => {}, body });
        await within(1500, sent, "send() to resolve");
        expectEqual("the body", text, "x");
      },
    },
  ]),
];
