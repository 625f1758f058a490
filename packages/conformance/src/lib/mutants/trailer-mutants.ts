import type { ResponseSink } from "@headrace/core/transport";
import { delivers, type Mutant, sends } from "./mutant.ts";

/** The trailer section handed on wrongly. */
export const trailerMutants: readonly Mutant[] = [
  sends("gives-trailers-while-held-back", ["sink.trailers-held-back"], (send) => async (request, sink) => {
    let last: Promise<void> | undefined;
    await send(request, {
      head: (head) => sink.head(head),
      async body(bytes) {
        const copy = new Uint8Array(bytes);
        await last;
        last = Promise.resolve(sink.body(copy));
        last.catch(() => {});
      },
      trailers: (trailers) => sink.trailers?.(trailers),
    });
    await last;
  }),
  delivers("swallows-what-trailers-throws", ["sink.throw-in-trailers"], (sink) => ({
    trailers(trailers) {
      try {
        sink.trailers?.(trailers);
      } catch {
        // That is the fault.
      }
    },
  })),
  sends("wants-trailers-of-every-sink", ["sink.without-trailers"], (send) => (request, sink) => {
    const complete = sink as Required<ResponseSink>;
    return send(request, {
      head: (head) => complete.head(head),
      body: (bytes) => complete.body(bytes),
      trailers: (trailers) => complete.trailers(trailers),
    });
  }),
  delivers("keeps-the-last-of-two-trailers", ["body.trailers-duplicate"], (sink) => ({
    trailers(trailers) {
      const lasts = [...trailers].map(([name, value]): [string, string] => [name, value.split(", ").at(-1) ?? ""]);
      sink.trailers?.(new Headers(lasts));
    },
  })),
];
