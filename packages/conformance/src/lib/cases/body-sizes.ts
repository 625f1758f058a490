import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { ok, okChunked } from "../http-text.ts";
import { broken } from "./body-broken.ts";

/** Sizes that a number of 31 or 32 bits would take for 5. */
export const bodySizeCases: readonly ConformanceCase[] = defineCases("body", [31, 32].flatMap(casesOver));

function casesOver(bits: number): readonly CaseDefinition[] {
  const size = 2 ** bits + 5;
  const rest = { how: "fin", codes: ["truncated"], spec: "RFC 9112 6.3, 7.1 and 8; contract 7, row 8" } as const;
  const title = `${size} bytes is not the end after 5 of them`;
  return [
    broken({
      ...rest,
      name: `length-over-${bits}-bits`,
      title: `a Content-Length of ${title}`,
      head: ok(`Content-Length: ${size}`),
      good: "hello",
      bad: [""],
    }),
    broken({
      ...rest,
      name: `chunk-over-${bits}-bits`,
      title: `a chunk of ${title}`,
      head: okChunked,
      good: `${size.toString(16)}\r\nhello`,
      bad: ["\r\n0\r\n\r\n"],
    }),
  ];
}
