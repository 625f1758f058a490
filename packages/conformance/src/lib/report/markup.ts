/** Text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type MarkupValue = string | number | Html | readonly Html[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template of HTML: what is put into it is escaped, unless it is HTML itself. */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Html {
  const filled = values.map((value, at) => htmlText(value) + (strings[at + 1] ?? ""));
  return new Html((strings[0] ?? "") + filled.join(""));
}

function htmlText(value: MarkupValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escapeHtml(String(value));
}

/** Makes text show as it is in HTML, in attributes too. What HTML cannot hold, as NUL, becomes U+FFFD. */
function escapeHtml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f]|\p{Surrogate}/gu, "\uFFFD")
      .replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character)
  );
}
