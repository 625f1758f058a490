import { ended, eventStream, type OracleCase, redirect, response, stream, streamWith } from "./oracle-case.ts";

const type = (value: string): OracleCase => ({
  name: `opened by Content-Type: ${value}`,
  answers: [streamWith(`Content-Type: ${value}\r\n`, "data: ä\n\n")],
  events: 2,
});

const refused = (name: string, status: string, fields: string): OracleCase => ({
  name: `refused: ${name}`,
  answers: [response(status, fields, /^(204|304)/.test(status) ? "" : "data: a\n\n")],
  events: 1,
});

const redirected = (status: string): OracleCase => ({
  name: `redirected by ${status}`,
  answers: [redirect(status, "/moved"), ended("retry: 1\nid: 1\ndata: a\n\n"), stream("data: b\n\n")],
  events: 5,
});

/** WHATWG HTML 9.2.2, constructor, step 15: which response opens it. */
export const responseCases: readonly OracleCase[] = [
  type("text/event-stream"),
  type("TEXT/Event-Stream"),
  type("text/event-stream;charset=utf-8"),
  type("text/event-stream; charset=UTF-8; x=y"),
  type("text/event-stream;"),
  type("text/event-stream ; charset=utf-8"),
  type("text/event-stream;charset=iso-8859-1"),
  type("text/event-stream; x"),
  refused("text/html", "200 OK", "Content-Type: text/html\r\n"),
  refused("text/event-streams", "200 OK", "Content-Type: text/event-streams\r\n"),
  refused("text/x-dom-event-stream", "200 OK", "Content-Type: text/x-dom-event-stream\r\n"),
  refused("no content type", "200 OK", ""),
  refused("an empty content type", "200 OK", "Content-Type:\r\n"),
  refused("201", "201 Created", eventStream),
  refused("204", "204 No Content", eventStream),
  refused("205", "205 Reset Content", eventStream),
  refused("206", "206 Partial Content", eventStream),
  refused("300", "300 Multiple Choices", eventStream),
  refused("301 without a Location", "301 Moved Permanently", eventStream),
  refused("304", "304 Not Modified", eventStream),
  refused("401", "401 Unauthorized", eventStream),
  refused("403", "403 Forbidden", eventStream),
  refused("404", "404 Not Found", eventStream),
  refused("408", "408 Request Timeout", `${eventStream}Connection: close\r\n`),
  refused("410", "410 Gone", eventStream),
  refused("429", "429 Too Many Requests", `${eventStream}Retry-After: 0\r\n`),
  refused("500", "500 Internal Server Error", eventStream),
  refused("502", "502 Bad Gateway", eventStream),
  refused("503", "503 Service Unavailable", `${eventStream}Retry-After: 0\r\n`),
  refused("504", "504 Gateway Timeout", eventStream),
  redirected("301 Moved Permanently"),
  redirected("302 Found"),
  redirected("303 See Other"),
  redirected("307 Temporary Redirect"),
  redirected("308 Permanent Redirect"),
  { name: "redirected to another origin", answers: [redirect("302 Found", "other:/moved")], events: 5 },
  { name: "redirected in a circle", answers: [redirect("302 Found", "/events")], events: 1 },
  { name: "redirected to no http URL", answers: [redirect("302 Found", "data:text/event-stream,")], events: 1 },
  {
    name: "redirected, then gone",
    answers: [redirect("302 Found", "/moved"), ended("retry: 1\ndata: a\n\n"), response("404 Not Found", "")],
    events: 4,
  },
];
