import type { Paint } from "../paint.ts";
import { milliseconds } from "../stream-stats.ts";
import type { Completion } from "./completion.ts";
import { findFault, type Lane } from "./lane.ts";
import type { LaneRun } from "./run-lane.ts";
import { receive } from "./lane.ts";
import { columnWidth, shortVersion, sideBySide } from "./side-by-side.ts";
import { wrapText } from "../wrap-text.ts";

/** A lane and its call. */
export interface Runner {
  readonly lane: Lane;
  readonly run: LaneRun;
}

/** Where a demo is shown. */
export interface Screen {
  readonly stream: NodeJS.WriteStream;
  readonly paint: Paint;
}

const FRAME = 33;
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** Streams on a terminal: all lanes side by side where there is room, else one after another. */
export async function runLive(runners: readonly Runner[], sent: Completion, screen: Screen): Promise<void> {
  const width = columnWidth(screen.stream.columns, runners.length);
  const height = width === undefined ? Infinity : wrapText(sent.text, width).length + 8;
  if (width === undefined || height >= screen.stream.rows) await oneByOne(runners, sent, screen);
  else
    await together(runners, {
      ...screen,
      frame: () =>
        sideBySide(
          runners.map(({ lane }) => lane),
          sent,
          { width, paint: screen.paint },
        ),
    });
}

async function together(
  runners: readonly Runner[],
  { stream, frame }: Screen & { frame: () => string[] },
): Promise<void> {
  let drawn = 0;
  const draw = (): void => {
    const lines = frame();
    const up = drawn > 0 ? `\r\x1b[${drawn}A` : "";
    drawn = lines.length;
    stream.write(up + lines.map((line) => `${line}\x1b[K\n`).join(""));
  };
  stream.write(HIDE_CURSOR);
  const frames = setInterval(draw, FRAME);
  try {
    draw();
    await Promise.all(runners.map(({ lane, run }) => run((news) => receive(lane, news))));
  } finally {
    clearInterval(frames);
    draw();
    stream.write(SHOW_CURSOR);
  }
}

async function oneByOne(runners: readonly Runner[], sent: Completion, screen: Screen): Promise<void> {
  const { stream, paint } = screen;
  for (const [at, { lane, run }] of runners.entries()) {
    if (at > 0) stream.write("\n");
    stream.write(
      `${paint("bold", lane.title)}  ${paint("dim", shortVersion(lane.version, stream.columns - lane.title.length - 3))}\n`,
    );
    const print = wordPrinter(stream);
    await run((news) => {
      const before = lane.text.length;
      receive(lane, news);
      print(lane.text.slice(before));
    });
    const fault = findFault(lane, sent);
    const verdict = fault === undefined ? paint("green", "✓ byte for byte") : paint("red", `✗ ${fault}`);
    const first = lane.firstEvent === undefined ? "no event" : `first event ${milliseconds(lane.firstEvent)}`;
    stream.write(`\n${verdict}  ${paint("dim", `${first}, ${lane.data.length} events, ${lane.bytes} bytes`)}\n`);
  }
}

/** Prints words as they come, and breaks the line before one that does not fit. */
function wordPrinter(stream: NodeJS.WriteStream): (word: string) => void {
  let column = 0;
  return (word) => {
    const breaks = column + word.length >= stream.columns && column > 0;
    const text = breaks ? word.trimStart() : word;
    stream.write(breaks ? `\n${text}` : text);
    column = breaks ? text.length : column + text.length;
  };
}
