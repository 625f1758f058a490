/**
 * Makes a server's text safe for a terminal: control characters, with which it could move the cursor or set the
 * title, become their Unicode pictures, and those that turn the direction of what follows (Unicode TR 9, 2.1 to 2.4)
 * become U+FFFD; line feeds and tabs stay.
 */
export function visibleText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "␡" : "�";
  });
}

/** As `visibleText`, in one line: line feeds and tabs with the blanks around them become a space, and what is over `most` characters an ellipsis. */
export function visibleLine(text: string, most: number = Number.POSITIVE_INFINITY): string {
  const line = visibleText(text).replaceAll(/\s*[\n\t]\s*/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
