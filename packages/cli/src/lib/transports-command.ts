import { asHeadraceError, type Transport } from "@headrace/core";
import { capabilities } from "./capabilities.ts";
import { builtInTransports } from "./load-transport.ts";
import { createPaint, type Paint } from "./paint.ts";
import { table } from "./table.ts";
import { wrapText } from "./wrap-text.ts";

/** A transport that comes with the command, or why it is missing here. */
export type TransportEntry =
  | { name: string; transport: Transport }
  | { name: string; error: { code: string; message: string } };

/** Loads every transport that comes with the command; one that cannot be loaded says why. */
export async function loadTransports(): Promise<TransportEntry[]> {
  return await Promise.all(
    Object.entries(builtInTransports).map(async ([name, load]): Promise<TransportEntry> => {
      try {
        return { name, transport: (await load())({}) };
      } catch (error) {
        const { code = "internal", message = String(error) } = asHeadraceError(error) ?? {};
        return { name, error: { code, message } };
      }
    }),
  );
}

/** `headrace transports`: what each supports, as a table, or with `json` an object a line. Returns the exit status. */
export async function transportsCommand({ format }: { format?: "text" | "json" }): Promise<number> {
  const entries = await loadTransports();
  process.stdout.write(
    format === "json"
      ? entries.map(line).join("")
      : describeTransports(entries, createPaint(process.stdout), process.stdout.columns),
  );
  await Promise.all(entries.map(async (entry) => "transport" in entry && (await entry.transport.close())));
  return 0;
}

function line(entry: TransportEntry): string {
  if ("error" in entry) return `${JSON.stringify(entry)}\n`;
  const { name, version, supports } = entry.transport;
  return `${JSON.stringify({ name, version, supports })}\n`;
}

/** The table, the versions over it, and what is missing under it. */
export function describeTransports(entries: readonly TransportEntry[], paint: Paint, width?: number): string {
  const there = entries.flatMap((entry) => ("transport" in entry ? [entry.transport] : []));
  const versions = there.map(({ name, version }) => `${paint("bold", name.padEnd(6))}  ${version}\n`).join("");
  const missing = entries.flatMap((entry) => ("error" in entry ? [missingLines(entry, paint)] : [])).join("");
  return `${versions}${missing}\n${supportTable(there, paint, width)}`;
}

/** A column for each transport, a row for each capability; lists are broken where the table would be wider than `width`. */
export function supportTable(transports: readonly Transport[], paint: Paint, width: number = Infinity): string {
  const names = Math.max(...capabilities.map(({ name }) => name.length));
  const room = Math.floor((width - names) / transports.length) - 2;
  const rows = capabilities.flatMap(({ name, of }) => {
    const cells = transports.map(({ supports }) => cellLines(of(supports), room, paint));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) => [at === 0 ? name : "", ...cells.map((lines) => lines[at] ?? "")]);
  });
  return table([["", ...transports.map(({ name }) => paint("bold", name))], ...rows]);
}

function cellLines(value: boolean | string, room: number, paint: Paint): string[] {
  if (typeof value === "string") return wrapText(value, Math.max(room, 8));
  return [value ? paint("green", "yes") : paint("dim", "–")];
}

/** Says why a transport is missing, and what to install. */
export function missingLines({ name, error }: { name: string; error: { message: string } }, paint: Paint): string {
  return `${paint("bold", name.padEnd(6))}  ${paint("yellow", "not here:")} ${error.message}\n`;
}
