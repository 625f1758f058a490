import { type OracleCase, stream } from "./oracle-case.ts";

const framing = (name: string, events: number, ...parts: (string | Uint8Array)[]): OracleCase => ({
  name,
  answers: [stream(...parts, "data: last\n\n")],
  // `open`, and the event that ends the case.
  events: events + 2,
});

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** WHATWG HTML 9.2.5 and 9.2.6: one connection, which stays open. */
export const framingCases: readonly OracleCase[] = [
  framing("lines end in LF", 2, "data: a\n\ndata: b\n\n"),
  framing("lines end in CRLF", 2, "data: a\r\n\r\ndata: b\r\n\r\n"),
  framing("lines end in CR", 2, "data: a\r\rdata: b\r\r"),
  framing("lines end in all three", 3, "data: a\r\n\ndata: b\n\rdata: c\r\r\n"),
  framing("CRLF is split between chunks", 2, "data: a\r", "\n", "data: b\r", "\n\r", "\n", "data: c\r\n\r\n"),
  framing("other line separators are none", 1, "data: a\u000bb\u000cc\u0085d\u2028e\u2029f\n\n"),
  framing("a byte order mark is dropped", 1, "\ufeffdata: a\n\n"),
  framing("only one byte order mark is dropped", 0, "\ufeff\ufeffdata: a\n\n"),
  framing("a byte order mark later on is none", 1, "data: a\n\n\ufeffdata: b\n\n"),
  framing("comments are ignored", 1, ": hello\n:\n:data: x\n\ndata: a\n: in between\ndata: b\n\n"),
  framing("a field without a colon has an empty value", 2, "data\n\ndata\ndata\n\n"),
  framing("one space after the colon is dropped", 3, "data:a\n\ndata: a\n\ndata:  a\n\n"),
  framing("a tab after the colon is kept", 1, "data:\ta\n\n"),
  framing("data lines are joined by LF", 1, "data: YHOO\ndata: +2\ndata: 10\n\n"),
  framing("names are compared literally", 1, "Data: x\nDATA: x\n data: x\ndata : x\ndatax: x\ndata: a\n\n"),
  framing("a colon in the value is the value's", 1, "data::a: b\n\n"),
  framing("an empty block is no event", 1, "\n\n\nevent: x\n\ndata: a\n\n"),
  framing("data with an empty value is an event", 1, "data:\n\n"),
  { ...framing("the event field is the type", 2, "event: add\ndata: a\n\ndata: b\n\n"), types: ["add"] },
  { ...framing("the last event field counts", 1, "event: x\nevent: add\ndata: a\n\n"), types: ["add", "x"] },
  framing("an empty event field is message", 1, "event: x\nevent:\ndata: a\n\n"),
  framing("a block without data forgets its type", 1, "event: x\n\ndata: a\n\n"),
  { ...framing("a type may have spaces", 1, "event:  a b \ndata: a\n\n"), types: [" a b "] },
  framing("an event named error is a message", 1, "event: error\ndata: a\n\n"),
  framing("an event named open is a message", 1, "event: open\ndata: a\n\n"),
  { ...framing("a type is no property", 1, "event: __proto__\ndata: a\n\n"), types: ["__proto__"] },
  framing("the last event ID stays", 2, "id: 1\ndata: a\n\ndata: b\n\n"),
  framing("an empty id forgets it", 2, "id: 1\ndata: a\n\nid\ndata: b\n\n"),
  framing("an id with NULL is ignored", 2, "id: 1\ndata: a\n\nid: 2\u00003\ndata: b\n\n"),
  framing("an id counts wherever it stands in its block", 1, "data: a\nid: 1\ndata: b\nid: 2\n\n"),
  framing("an id without data counts", 1, "id: 1\n\ndata: a\n\n"),
  framing("NULL in data stays", 1, "data: a\u0000b\n\n"),
  framing("text is UTF-8", 1, "data: ä…🌊\n\n"),
  framing("text is UTF-8 at every split", 1, ...Array.from(Buffer.from("data: ä…🌊\n\n"), (byte) => bytes(byte))),
  framing(
    "invalid UTF-8 is replaced",
    1,
    Buffer.from("data: "),
    bytes(0x61, 0xff, 0xe2, 0x80, 0x62, 0xc0, 0xaf),
    "\n\n",
  ),
  framing("a long line is one event", 1, `data: ${"x".repeat(300_000)}\n\n`),
  framing(
    "many events of one chunk come in order",
    20,
    Array.from({ length: 20 }, (_, n) => `data: ${n}\n\n`).join(""),
  ),
];
