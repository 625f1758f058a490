/** For users: events whose data is JSON, typed. */
export { type JsonEvent, jsonEvents, type SchemaByType, type StandardSchema } from "./lib/json-events.ts";
