import type { EventFormat } from "./event-format.ts";
import { headText, jsonOf } from "./event-format.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";

/** A person's view: type, id and data, further lines of data under the first; JSON set out with `--parse`. */
export function createTextFormat({
  paint,
  parse,
  times,
}: {
  paint: Paint;
  parse: boolean;
  times: boolean;
}): EventFormat {
  return {
    event(event, { delivered, elapsed }) {
      const time = times ? `+${(elapsed / 1000).toFixed(3)}s  ` : "";
      const type = visibleText(event.type);
      const id = event.id === undefined ? "" : ` #${visibleText(event.id)}`;
      const json = parse ? jsonOf(event, delivered, 2) : undefined;
      const data = visibleText(json ?? event.data);
      const indent = " ".repeat(time.length + type.length + id.length + 2);
      const label = `${paint("dim", time)}${paint(event.type === "message" ? "dim" : "cyan", type)}${paint("dim", id)}`;
      return `${label}  ${data.replaceAll("\n", `\n${indent}`)}\n`;
    },
    comment: (comment) => `${paint("dim", `: ${visibleText(comment)}`)}\n`,
    head: (response) => `${paint("dim", visibleText(headText(response)).trimEnd())}\n\n`,
  };
}
