import { type Answer, broken, ended, eventStream, head, type OracleCase, response, stream } from "./oracle-case.ts";

const chunkedHead = head("200 OK", `${eventStream}Transfer-Encoding: chunked\r\n`);
const closeHead = head("200 OK", `${eventStream}Connection: close\r\n`);
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const first = "retry: 1\nid: 1\ndata: a\n\n";

/** The first connection ends somehow; the second one stays. Open, a, error, open, b. */
const reconnected = (name: string, ...answers: OracleCase["answers"]): OracleCase => ({
  name: `reconnected after ${name}`,
  answers: [...answers, stream("data: b\n\n")],
  events: 5,
});

const badChunk: Answer = async (connection, { fired }) => {
  await connection.send(chunkedHead, chunk(first));
  await fired(2);
  await connection.send("not a size\r\n");
  await connection.closed();
};

/** On a connection that is kept the next request may be made again without a word (RFC 9112 section 9.3.1). */
const endedAndClosed = broken(closeHead + first, "fin");

/** WHATWG HTML 9.2.3: what follows the end of a connection, and `close()`. */
export const connectionCases: readonly OracleCase[] = [
  reconnected("a clean end", ended(first)),
  reconnected("an end by FIN", broken(closeHead + first, "fin")),
  reconnected("a length that was kept", response("200 OK", eventStream, first)),
  reconnected("a reset", broken(chunkedHead + chunk(first), "rst", 2)),
  reconnected("a FIN inside the chunks", broken(chunkedHead + chunk(first), "fin", 2)),
  reconnected(
    "a length that was not kept",
    broken(head("200 OK", `${eventStream}Content-Length: 1000\r\n`) + first, "fin", 2),
  ),
  reconnected("a bad chunk", badChunk),
  reconnected("an unfinished event", ended(`${first}id: 2\ndata: lost`)),
  reconnected("an unfinished event with its line ended", ended(`${first}id: 2\ndata: lost\n`)),
  reconnected("an id without data", ended(`${first}id: 2\n\n`)),
  reconnected("an id that is UTF-8", ended("retry: 1\nid: …ä\ndata: a\n\n")),
  reconnected("an id with spaces around it", ended("retry: 1\nid:  1 \ndata: a\n\n")),
  reconnected("an id that was forgotten", ended(`retry: 1\nid: 1\n\nid\ndata: a\n\n`)),
  reconnected("a retry of one digit", ended("retry: 5\ndata: a\n\n")),
  reconnected("a retry with leading zeros", ended("retry: 0001\ndata: a\n\n")),
  reconnected(
    "a retry that is not all digits",
    ended("retry: 1\nretry: 5000x\nretry: -1\nretry: 1.5\nretry\ndata: a\n\n"),
  ),
  {
    name: "an id lives through connections that have none",
    answers: [ended(first), ended("data: b\n\n"), stream("data: c\n\n")],
    events: 8,
  },
  {
    name: "an id that is forgotten is sent no more",
    answers: [ended(first), ended("id:\ndata: b\n\n"), stream("data: c\n\n")],
    events: 8,
  },
  {
    name: "the retry of a connection holds for the next",
    answers: [ended(first), ended("data: b\n\n"), ended("data: c\n\n"), stream("data: d\n\n")],
    events: 11,
  },
  {
    name: "an event that comes again is fired again",
    answers: [ended(first), stream("id: 1\ndata: a\n\ndata: b\n\n")],
    events: 6,
  },
  { name: "a stream without events", answers: [ended("retry: 1\n\n"), stream("data: a\n\n")], events: 4 },
  { name: "an empty stream", answers: [ended("retry: 1\n"), ended(), stream("data: a\n\n")], events: 6 },
  { name: "reconnected, then 204", answers: [ended(first), response("204 No Content", "")], events: 4 },
  { name: "reconnected, then 500", answers: [ended(first), response("500 Oh", eventStream)], events: 4 },
  {
    name: "reconnected, then text/html",
    answers: [ended(first), response("200 OK", "Content-Type: text/html\r\n")],
    events: 4,
  },
  {
    name: "reset before the head, later",
    answers: [endedAndClosed, broken("", "rst"), stream("data: b\n\n")],
    events: 6,
  },
  {
    name: "reset in the head, later",
    answers: [endedAndClosed, broken("HTTP/1.1 200 OK\r\nContent-", "rst"), stream("data: b\n\n")],
    events: 6,
  },
  { name: "reset before any head", answers: [broken("", "rst"), stream("data: a\n\n")], events: 3, slow: true },
  { name: "ended before any head", answers: [broken("", "fin"), stream("data: a\n\n")], events: 3, slow: true },
  {
    name: "not HTTP, later",
    answers: [endedAndClosed, broken("SSH-2.0-x\r\n", "fin"), stream("data: b\n\n")],
    events: 6,
  },
  { name: "not HTTP", answers: [broken("SSH-2.0-x\r\n", "fin")], events: 1 },
  { name: "closed when it opens", answers: [stream("data: a\n\n")], events: 1, close: { at: 1 } },
  {
    name: "closed at the first event of three",
    answers: [stream("data: a\n\ndata: b\n\ndata: c\n\n")],
    events: 2,
    close: { at: 2 },
  },
  {
    name: "closed by a promise of the first event of three",
    answers: [stream("data: a\n\ndata: b\n\ndata: c\n\n")],
    events: 2,
    close: { at: 2, afterTurns: 20 },
  },
  { name: "closed at the error", answers: [ended(first)], events: 3, close: { at: 3 } },
  { name: "closed at the event before the end", answers: [ended(first)], events: 2, close: { at: 2, afterTurns: 5 } },
];
