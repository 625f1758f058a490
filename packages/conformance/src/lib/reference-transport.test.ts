import { type NetworkOptions, type ResponseSink, type Transport, TransportError } from "@headrace/core/transport";
import { expect, test } from "vitest";
import { referenceTransport } from "./reference-transport.ts";
import { isRed } from "./report/conformance-report.ts";
import { describeResult } from "./report/describe-result.ts";
import { runConformance } from "./run-conformance.ts";
import { testTransport } from "./test-transport.ts";

testTransport(test, referenceTransport, {
  module: { url: new URL("./reference-transport.ts", import.meta.url), name: "referenceTransport" },
});

/** The reference as a stack that does not say why: contract 7, row 10. */
function coarseTransport(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const send: Transport["send"] = async (request, sink) => {
    let hasHead = false;
    const head: ResponseSink["head"] = (received) => {
      hasHead = true;
      sink.head(received);
    };
    await reference.send(request, { ...sinkOf(sink), head }).catch((error: unknown) => {
      const code = (error as { code?: string } | undefined)?.code;
      if (!hasHead && /^(?:dns|connect|proxy|tls|protocol|reset)$/.test(code ?? "")) {
        throw new TransportError("network", "it does not say why", { phase: "head" });
      }
      throw code === "reset" ? new TransportError("truncated", "lost", { phase: "body" }) : error;
    });
  };
  return { ...reference, supports: { ...reference.supports, errorDetail: "coarse" }, send };
}

function sinkOf(sink: ResponseSink): ResponseSink {
  return {
    head: (head) => sink.head(head),
    body: (bytes) => sink.body(bytes),
    trailers: (trailers) => sink.trailers?.(trailers),
  };
}

test("a transport that does not say why passes too", { timeout: 60_000 }, async () => {
  const { subjects } = await runConformance(coarseTransport, { only: ["err", "head", "body", "sink", "tls"] });
  const red = subjects.flatMap(({ results }) => results.filter(isRed));
  expect(red.map(describeResult)).toEqual([]);
});
