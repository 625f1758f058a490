/** The WHATWG EventSource. */
export { createEventSource, type EventSourceConstructor } from "./lib/create-event-source.ts";
export {
  EventSource,
  type EventSourceEventMap,
  type EventSourceInit,
  type EventSourceMessageEvent,
} from "./lib/event-source.ts";
export { EventSourceErrorEvent } from "./lib/event-source-error-event.ts";
export type { EventHandler } from "./lib/event-handler-slot.ts";
