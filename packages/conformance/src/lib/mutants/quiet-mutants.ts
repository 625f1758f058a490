import { type Mutant, sends } from "./mutant.ts";

/** Says something with every request. They are seen by whatever else runs in the process. */
export const quietMutants: readonly Mutant[] = [
  sends("logs", ["err.nothing-logged"], (send) => (request, sink) => {
    // oxlint-disable-next-line no-console -- the fault
    console.error(`> ${request.method} ${request.url.href}`);
    return send(request, sink);
  }),
  sends(
    "logs-failures",
    ["err.nothing-logged"],
    (send) => (request, sink) =>
      send(request, sink).catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        throw error;
      }),
  ),
  sends("logs-aborts-later", ["err.nothing-logged"], (send) => (request, sink) => {
    // oxlint-disable-next-line no-console -- the fault
    const log = (): void => console.warn("aborted");
    request.signal.addEventListener("abort", () => setImmediate(log));
    return send(request, sink);
  }),
  sends("warns", ["err.nothing-logged"], (send) => (request, sink) => {
    process.emitWarning("the stack is experimental");
    return send(request, sink);
  }),
].map((mutant) => ({ ...mutant, isLoud: true }));
