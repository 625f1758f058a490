import { styleText } from "node:util";

/** The styles in use. */
export type Style = "dim" | "bold" | "cyan" | "green" | "red" | "yellow";

/** Colours a text for one stream, or leaves it as it is. Never leaves a colour on. */
export type Paint = (style: Style, text: string) => string;

/** Colours for a terminal; none when piped, and none with `NO_COLOR` (no-color.org), which beats `FORCE_COLOR`. */
export function createPaint(stream: NodeJS.WriteStream): Paint {
  const colours = !process.env["NO_COLOR"] && styleText("red", "x", { stream, validateStream: true }) !== "x";
  if (!colours) return (_, text) => text;
  return (style, text) => (text === "" ? "" : styleText(style, text, { validateStream: false }));
}
