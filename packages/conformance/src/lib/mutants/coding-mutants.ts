import { type ResponseHead, type ResponseSink, TransportError } from "@headrace/core/transport";
import { changes, codeOf, delivers, type Mutant, sends, settles } from "./mutant.ts";
import { rewrites } from "./relay.ts";

const codings = ["gzip", "deflate", "br", "zstd"] as const;
const each = (name: string): string[] => codings.map((coding) => `enc.${coding}-${name}`);
const isCoded = ({ headers }: ResponseHead): boolean => headers.has("content-encoding");

/** A mutant whose sink is different for a response whose content is coded. */
function decodes(
  name: string,
  fails: readonly string[],
  change: (sink: ResponseSink, head: ResponseHead) => Partial<ResponseSink>,
): Mutant {
  return delivers(name, fails, (sink) => {
    let changed: Partial<ResponseSink> = {};
    return {
      head(head) {
        if (isCoded(head)) changed = change(sink, head);
        (changed.head ?? sink.head).call(sink, head);
      },
      body: (bytes) => (changed.body ?? sink.body).call(sink, bytes),
    };
  });
}

/** Content codings undone wrongly, late, or not to their end. */
export const codingMutants: readonly Mutant[] = [
  sends("gzip-buffers-until-end", [...each("flush"), "enc.gzip-fin"], (send) => async (request, sink) => {
    const kept: Uint8Array[] = [];
    let coded = false;
    await send(request, {
      head(head) {
        coded = isCoded(head);
        sink.head(head);
      },
      body: (bytes) => (coded ? void kept.push(new Uint8Array(bytes)) : sink.body(bytes)),
    });
    for (const bytes of kept) await sink.body(bytes);
  }),
  settles("gzip-truncation-accepted", each("truncated"), (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "truncated") throw error;
    }),
  ),
  settles("takes-corrupt-codings-for-ends", [...each("corrupt"), "enc.gzip-checksum"], (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "protocol") throw error;
    }),
  ),
  rewrites("hands-coded-bytes-on", ["enc.gzip", "enc.stacked", "enc.gzip-case", ...each("bytewise")], {
    response: (text) => text.replace(/^Content-Encoding/gm, "X-Coding"),
  }),
  rewrites("knows-codings-in-one-spelling", ["enc.gzip-case"], {
    response: (text) => text.replace("GZip", "foo").replace("x-gzip", "foo"),
  }),
  rewrites("undoes-the-last-coding-only", ["enc.stacked"], { response: (text) => text.replace("gzip, br", "br") }),
  decodes("ends-at-the-first-gzip-member", ["enc.gzip-members"], (sink) => {
    let ended = false;
    return {
      body(bytes) {
        const end = Buffer.from(bytes).indexOf("\n\n") + 2;
        if (ended) return undefined;
        ended = true;
        return sink.body(bytes.subarray(0, end));
      },
    };
  }),
  delivers("takes-content-encoding-away", ["enc.gzip", ...each("flush")], (sink) => ({
    head(head) {
      const headers = new Headers(head.headers);
      headers.delete("content-encoding");
      sink.head({ ...head, headers });
    },
  })),
  sends("wants-a-coding-where-there-is-no-body", ["enc.gzip-no-content"], (send) => async (request, sink) => {
    let expects = false;
    await send(request, {
      head(head) {
        expects = isCoded(head);
        sink.head(head);
      },
      body(bytes) {
        expects = false;
        return sink.body(bytes);
      },
    });
    if (expects) throw new TransportError("truncated", "The content coding is cut short");
  }),
  decodes("refuses-identity", ["enc.identity"], (sink, { headers }) => ({
    head(head) {
      if (headers.get("content-encoding") === "identity") throw new TransportError("unsupported", "identity");
      sink.head(head);
    },
  })),
  changes("undoes-what-it-does-not-declare", ["enc.undeclared"], (reference) => ({
    ...reference,
    supports: { ...reference.supports, decompression: [] },
  })),
  decodes("delivers-what-was-undone-after-the-abort", ["enc.gzip-abort"], (sink) => ({
    async body(bytes) {
      const copy = new Uint8Array(bytes);
      for (let at = 0; at < copy.length; at += 4096) await sink.body(copy.subarray(at, at + 4096));
    },
  })),
  decodes("undoes-all-at-once", ["enc.bomb"], (sink) => ({
    body: (bytes) => void Promise.resolve(sink.body(bytes)).catch(() => {}),
  })),
];
