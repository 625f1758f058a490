import { describeFailure, type FailureStyle } from "./describe-failure.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { Interruption } from "./interruption.ts";
import { OUTPUT_CLOSED, OutputError, writeError } from "./output.ts";
import { createPaint } from "./paint.ts";
import type { StreamFlags } from "./stream-flags.ts";

/** Says on standard error why a call failed. Returns the exit status. */
export function reportFailure(
  reason: unknown,
  flags: Pick<StreamFlags, "format" | "silent" | "showError">,
  { redact = (text) => text, proxy }: Partial<Pick<FailureStyle, "redact" | "proxy">> = {},
): number {
  if (reason instanceof Interruption) return reason.exitCode;
  if (reason === OUTPUT_CLOSED) return 0;
  const json = flags.format === "json";
  const exitCode = reason instanceof OutputError ? 1 : exitCodeOf(reason);
  const silent = json ? exitCode === 0 : flags.silent === true && flags.showError !== true;
  if (!silent) writeError(describeFailure(reason, { json, paint: createPaint(process.stderr), redact, proxy }));
  return exitCode;
}
