/** For authors of transports: the suite, its server, and the corpus of event streams. */
export { testTransport, type TestRunner } from "./lib/test-transport.ts";
export {
  runConformance,
  suiteVersion,
  type ConformanceOptions,
  type CreateTransport,
  type RunConformanceOptions,
} from "./lib/run-conformance.ts";
export type { TransportModule } from "./lib/transport-module.ts";
export { listCases, type CaseInfo, type CaseSelection } from "./lib/select-cases.ts";
export {
  isRed,
  type ConformanceOutcome,
  type ConformanceReport,
  type ConformanceResult,
  type ConformanceSubject,
  type Finding,
} from "./lib/report/conformance-report.ts";
export { conformancePage } from "./lib/report/conformance-page.ts";
export { scoreOf, type Score } from "./lib/report/score.ts";
export { describeResult } from "./lib/report/describe-result.ts";
export type { WireEntry } from "./lib/wire-log.ts";
export {
  areas,
  type Capability,
  type ConformanceArea,
  type ConformanceLevel,
  type Need,
} from "./lib/conformance-case.ts";
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
