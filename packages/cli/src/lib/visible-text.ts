/**
 * Makes a server's text safe for a terminal: control characters, with which it could move the cursor or set the
 * title, become their Unicode pictures; line feeds and tabs stay.
 */
export function visibleText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "␡" : "�";
  });
}
