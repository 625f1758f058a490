import { HeadraceError } from "@headrace/core";
import { expect, test } from "vitest";
import { EventSourceErrorEvent } from "./event-source-error-event.ts";

test("is a plain error event that says why", () => {
  const error = new HeadraceError("status", "the server refused", { status: 503, body: "later" });
  const event = new EventSourceErrorEvent(error);
  expect(event).toBeInstanceOf(Event);
  expect([event.type, event.bubbles, event.cancelable]).toEqual(["error", false, false]);
  expect(event).toMatchObject({ error, code: "status", status: 503, message: "the server refused" });
});

test("has the status of a response that was refused for something else", () => {
  const response = { url: "http://a.example/", status: 204, headers: new Headers(), redirected: false };
  const event = new EventSourceErrorEvent(new HeadraceError("no-content", "nothing", { response }));
  expect(event).toMatchObject({ code: "no-content", status: 204 });
});

test("after a clean end has neither error nor code", () => {
  const { error, code, status, message } = new EventSourceErrorEvent(undefined);
  expect([error, code, status, message]).toEqual([undefined, undefined, undefined, "the server ended the stream"]);
});

test("takes anything that was thrown", () => {
  expect(new EventSourceErrorEvent("no token")).toMatchObject({
    error: "no token",
    code: undefined,
    message: "no token",
  });
  const thrown = new TypeError("mine");
  expect(new EventSourceErrorEvent(thrown)).toMatchObject({ error: thrown, code: undefined, message: "mine" });
});
