import type { Paint } from "../paint.ts";
import { grouped, milliseconds } from "../stream-stats.ts";
import { pad } from "../table.ts";
import { type Completion } from "./completion.ts";
import { findFault, type Lane } from "./lane.ts";
import { wrapText } from "../wrap-text.ts";

const GAP = 3;
const NARROWEST = 21;

/** How wide each column is where `count` of them stand side by side, or undefined where there is no room. */
export function columnWidth(columns: number, count: number): number | undefined {
  const width = Math.floor((Math.min(columns, 130) - 2 - GAP * (count - 1)) / count);
  return width >= NARROWEST ? width : undefined;
}

/** One frame: the lanes as columns, always the same number of lines for the same width. */
export function sideBySide(
  lanes: readonly Lane[],
  sent: Completion,
  { width, paint }: { width: number; paint: Paint },
): string[] {
  const height = wrapText(sent.text, width).length;
  const columns = lanes.map((lane) => [
    paint("bold", lane.title),
    paint("dim", shortVersion(lane.version, width)),
    paint("dim", "─".repeat(width)),
    ...textLines(lane, height, width),
    "",
    ...factLines(lane, sent, { width, paint }),
  ]);
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, row) =>
    `  ${columns.map((column) => pad(column[row] ?? "", width)).join(" ".repeat(GAP))}`.trimEnd(),
  );
}

/** As many parts of a version as fit, at least the first. */
export function shortVersion(version: string, width: number): string {
  const [first = "", ...rest] = version.split(" ");
  return rest.reduce(
    (line, part) => (line.length + 1 + part.length <= width ? `${line} ${part}` : line),
    first.slice(0, width),
  );
}

function textLines(lane: Lane, height: number, width: number): string[] {
  const cursor = lane.duration === undefined && lane.data.length > 0 ? "▌" : "";
  const lines = wrapText(lane.text + cursor, width);
  return Array.from({ length: height }, (_, at) => lines[at] ?? "");
}

function factLines(lane: Lane, sent: Completion, { width, paint }: { width: number; paint: Paint }): string[] {
  const first = lane.firstEvent === undefined ? "" : milliseconds(lane.firstEvent);
  const fact = (name: string, value: string): string => `${paint("dim", name.padEnd(12))} ${value}`;
  return [
    fact("first event", first),
    fact("events", `${lane.data.length} of ${sent.data.length}`),
    fact("bytes", lane.duration === undefined ? "" : grouped(lane.bytes)),
    lane.duration === undefined ? "" : verdict(findFault(lane, sent), width, paint),
  ];
}

function verdict(fault: string | undefined, width: number, paint: Paint): string {
  return fault === undefined ? paint("green", "✓ byte for byte") : paint("red", `✗ ${fault}`.slice(0, width));
}
