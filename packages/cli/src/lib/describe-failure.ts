import { asHeadraceError, type HeadraceError } from "@headrace/core";
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
}

/** The most of a refused response's body that a person is shown. */
const SHOWN_BODY = 2000;

/** What goes to standard error for a failure, newline included. */
export function describeFailure(reason: unknown, { json, paint, redact }: FailureStyle): string {
  const error = asHeadraceError(reason);
  if (json) return `${redact(JSON.stringify({ error: error ? errorFields(error) : otherFields(reason) }))}\n`;
  if (!error) return redact(`headrace: ${visibleText(otherFields(reason).message)}\n`);
  const advice = adviceFor(error);
  const body = "body" in error && error.body !== "" ? `${error.body.slice(0, SHOWN_BODY).trimEnd()}\n` : "";
  const text = `${paint("red", "headrace:")} ${paint("bold", error.code)}: ${visibleText(error.message)}\n`;
  return redact(text + visibleText(body) + (advice === undefined ? "" : `${paint("dim", "→")} ${advice}\n`));
}

/** The fields that programs read first, then all that may be logged. */
function errorFields(error: HeadraceError): Record<string, unknown> {
  const { code, message, phase } = error;
  const { name: _, ...rest } = error as unknown as Record<string, unknown>;
  const status = "status" in error && error.status !== undefined ? { status: error.status } : {};
  const body = "body" in error ? { body: error.body } : {};
  return { code, message, phase, ...status, ...rest, ...body };
}

function otherFields(reason: unknown): { code: string; message: string; phase: string } {
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: reason instanceof OutputError ? "output" : "internal", message, phase: "body" };
}
