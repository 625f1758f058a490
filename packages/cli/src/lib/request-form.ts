import { basename } from "node:path";
import { readInput } from "./read-input.ts";
import { usageError } from "./usage-error.ts";

/** A body and the content type it needs. */
export interface EncodedForm {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/**
 * Encodes curl's `-F` parts as `multipart/form-data`: `name=text`, `name=@file` and `name=<file`, with
 * `;type=` and `;filename=`.
 *
 * @throws `invalid-argument` for a part that is none of these
 */
export async function encodeForm(parts: readonly string[]): Promise<EncodedForm | undefined> {
  if (parts.length === 0) return undefined;
  const form = new FormData();
  for (const part of parts) await appendPart(form, part);
  const response = new Response(form);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { bytes, type: response.headers.get("content-type") ?? "multipart/form-data" };
}

async function appendPart(form: FormData, part: string): Promise<void> {
  const [, name, content] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
  if (name === undefined || content === undefined) throw usageError("-F takes name=content, name=@file or name=<file");
  const [value = "", ...parameters] = content.split(/;(?=(?:type|filename)=)/);
  const { type, filename } = parametersOf(parameters);
  const sign = value[0];
  if (sign !== "@" && sign !== "<") {
    if (type === undefined) form.append(name, value);
    else form.append(name, new Blob([value], { type }), filename ?? "blob");
    return;
  }
  const path = value.slice(1).replace(/^"(.*)"$/, "$1");
  const bytes = await readInput(path);
  if (sign === "<") form.append(name, Buffer.from(bytes).toString());
  else form.append(name, new Blob([bytes], { type: type ?? "application/octet-stream" }), filename ?? basename(path));
}

function parametersOf(parameters: readonly string[]): { type?: string; filename?: string } {
  return Object.fromEntries(
    parameters.map((text) => [
      text.slice(0, text.indexOf("=")),
      text.slice(text.indexOf("=") + 1).replace(/^"(.*)"$/, "$1"),
    ]),
  );
}
