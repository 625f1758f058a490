/** For authors of transports: the suite, its server, and the corpus of event streams. */
export { testTransport, type TestRunner } from "./lib/test-transport.ts";
export {
  runConformance,
  suiteVersion,
  type ConformanceOptions,
  type ConformanceOutcome,
  type ConformanceReport,
  type ConformanceResult,
  type CreateTransport,
} from "./lib/run-conformance.ts";
export { areas, type ConformanceArea, type ConformanceLevel } from "./lib/conformance-case.ts";
export {
  startScriptedServer,
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
} from "./lib/scripted-server.ts";
export type { ScriptedConnection, ClientClose } from "./lib/scripted-connection.ts";
export type { ReceivedRequest } from "./lib/received-request.ts";
export {
  eventStreams,
  type EventStreamCase,
  type EventStreamExpectation,
  type EventStreamItem,
} from "./lib/event-streams.ts";
export { type Split, splitsOf } from "./lib/event-streams-splits.ts";
export { certificates, type Certificates, type KeyPair } from "./lib/certificates.ts";
