import type { EventStreamInit } from "@headrace/core";
import { SENTINEL } from "./completion.ts";

/** The demo's request; the total clock sees to it that nothing hangs. */
export const callInit: Omit<EventStreamInit, "transport"> = {
  json: { model: "mill-wheel", stream: true, messages: [{ role: "user", content: "What is a headrace?" }] },
  terminal: SENTINEL,
  timeouts: { total: 20_000 },
};
