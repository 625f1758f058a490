import { asHeadraceError, type HeadraceError, type Reconnection } from "@headrace/core";
import { adviceFor } from "./advice.ts";
import { OutputError } from "./output.ts";
import type { Paint } from "./paint.ts";
import type { Redactor } from "./redact.ts";
import { visibleText } from "./visible-text.ts";

/** How a failure is told. */
export interface FailureStyle {
  /** One line for programs, as `--format json` promises. */
  readonly json: boolean;
  readonly paint: Paint;
  readonly redact: Redactor;
  /** The proxy that the call goes through. */
  readonly proxy?: string | undefined;
}

/** The most of a refused response's body that a person is shown. */
const SHOWN_BODY = 2000;

/** What goes to standard error for a failure, newline included. */
export function describeFailure(reason: unknown, { json, paint, redact, proxy }: FailureStyle): string {
  const error = asHeadraceError(reason);
  if (json) {
    const fields = error ? errorFields(error) : otherFields(reason);
    return `${JSON.stringify({ error: fields }, redacting(fields, redact))}\n`;
  }
  if (!error) return redact(`headrace: ${visibleText(otherFields(reason).message)}\n`);
  const advice = adviceFor(error, proxy);
  const body = "body" in error ? error.body : undefined;
  const shown = body ? `${redact(body).slice(0, SHOWN_BODY).trimEnd()}\n` : "";
  const text = `${paint("red", "headrace:")} ${paint("bold", error.code)}: ${visibleText(error.message)}\n`;
  return redact(text + visibleText(shown) + (advice === undefined ? "" : `${paint("dim", "→")} ${advice}\n`));
}

/** What goes to standard error before `--reconnect` connects again, newline included. */
export function describeReconnection(reconnection: Reconnection, { json, paint, redact }: FailureStyle): string {
  const { attempt, delay, cause, lastEventId } = reconnection;
  const error = asHeadraceError(cause);
  if (json) {
    const fields = error && errorFields(error);
    const reconnecting = { attempt, delay: Math.round(delay), lastEventId, error: fields };
    return `${JSON.stringify({ reconnecting }, redacting(fields, redact))}\n`;
  }
  const why = error ? `${error.code}: ${error.message}` : "the stream ended";
  return `${paint("dim", redact(visibleText(`reconnecting in ${(delay / 1000).toFixed(1)} s: ${why}`)))}\n`;
}

/** Takes secrets out of values only, and not out of our own words: one that reads like a field's name leaves the line its form. */
function redacting(fields: object | undefined, redact: Redactor) {
  return function (this: unknown, name: string, value: unknown): unknown {
    const own = this === fields && (name === "code" || name === "phase");
    return typeof value === "string" && !own ? redact(value) : value;
  };
}

/** The fields that programs read first, then all that may be logged. */
function errorFields(error: HeadraceError): Record<string, unknown> {
  const { code, phase } = error;
  const { name: _, ...rest } = error as unknown as Record<string, unknown>;
  const status = "status" in error && error.status !== undefined ? { status: error.status } : {};
  const body = "body" in error ? { body: error.body } : {};
  return { code, message: error.message, phase, ...status, ...rest, ...body };
}

function otherFields(reason: unknown): { code: string; message: string; phase: string } {
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: reason instanceof OutputError ? "output" : "internal", message, phase: "body" };
}
