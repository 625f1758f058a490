import type { TransportSupport } from "@headrace/core/transport";
import type { CaseContext } from "./case-context.ts";

/** Every area and what it is about, in the order of reports. A case's id begins with its area. */
export const areas = {
  req: "request",
  head: "response head",
  body: "body",
  sink: "sink",
  abort: "abort",
  err: "errors",
  tls: "TLS",
  time: "timing",
  bp: "backpressure",
  enc: "content coding",
  h2: "HTTP/2",
  conc: "concurrency and lifetime",
  net: "proxies and sockets",
  unsupported: "what is not declared is refused",
  redir: "redirects",
  verb: "the verbs",
  sync: "the blocking call",
} as const;

/** What a case is about: the first part of its id. */
export type ConformanceArea = keyof typeof areas;

/**
 * How much a case demands. `must`: failing it is red. `should`: failing it is `non-strict`. `may`: several
 * answers are allowed and which one came is recorded; none of them is red. `info`: nothing is demanded.
 */
export type ConformanceLevel = "must" | "should" | "may" | "info";

type ProxyKind = TransportSupport["proxy"][number];
type Ambient = TransportSupport["ambient"][number];
type Coding = TransportSupport["decompression"][number];

/** A capability that a transport declares in `supports`, or something the machine must have. */
export type Capability =
  | "sync"
  | "http2"
  | "http3"
  | "connectTimeout"
  | "manualRedirects"
  | `proxy:${ProxyKind}`
  | "unixSocket"
  | "customCa"
  | "clientCertificate"
  | "insecure"
  | "resolve"
  | `decompression:${Coding}`
  | "httpVersion"
  | "statusText"
  | "trailers"
  | "endProof:closeDelimited"
  | "endProof:http2"
  | "endProof:decompression"
  | "exactErrors"
  | "backpressure"
  | `ambient:${Ambient}`
  | "machine:ipv6"
  | "machine:unixSockets"
  | "machine:unansweredConnects"
  | "machine:descriptors"
  | "machine:node"
  | "module";

/** A capability that must be there, or with `!` one that must not. */
export type Need = Capability | `!${Capability}`;

/** One demand of the contract and the function that checks it. Data, so that runners, reports and people can list them. */
export interface ConformanceCase {
  /** `area.what-is-checked`; stable: never reused, never renamed. */
  readonly id: string;
  readonly area: ConformanceArea;
  /** What must hold, as a sentence. */
  readonly title: string;
  readonly level: ConformanceLevel;
  /** `transport`: calls `send`. `verb`: calls the verbs of core over the transport. */
  readonly scope: "transport" | "verb";
  readonly needs: readonly Need[];
  /** Whether no other case may run meanwhile: it measures time or memory, counts what the process has, changes the environment, or blocks the thread. */
  readonly alone: boolean;
  /** Where it is written: a section of the contract, or of a standard. */
  readonly spec: string;
  /** Throws where the demand is not met. With level `may` or `info` it returns what it found. */
  run(context: CaseContext): Promise<string | void>;
}

/** Areas whose cases run alone. A case elsewhere says so itself. */
const areasAlone: readonly ConformanceArea[] = ["time", "bp", "conc", "net", "sync"];

type CaseDefaults = "level" | "scope" | "needs" | "area" | "alone";

/** A case as it is written down: what follows from its area, and usual values, left out. */
export type CaseDefinition = Omit<ConformanceCase, CaseDefaults> & Partial<Pick<ConformanceCase, CaseDefaults>>;

/** Completes the cases of an area: `must`, of the transport, needing nothing, alone where the area asks for it, where they do not say otherwise. */
export function defineCases(area: ConformanceArea, definitions: readonly CaseDefinition[]): readonly ConformanceCase[] {
  return definitions.map((definition) => {
    if (!definition.id.startsWith(`${area}.`)) throw new Error(`The id ${definition.id} is not of the area ${area}`);
    const alone = areasAlone.includes(area);
    return { level: "must", scope: "transport", needs: [], area, alone, ...definition };
  });
}
