import { type Completion, deltaOf } from "./completion.ts";

/** What one transport of the demo has received. Times in ms since its call. */
export interface Lane {
  readonly title: string;
  readonly version: string;
  readonly data: string[];
  text: string;
  bytes: number;
  firstEvent?: number;
  duration?: number;
  /** The sentinel was seen. */
  completed: boolean;
  /** Why it failed. */
  failure?: string;
}

/** Something that happened in a lane; plain, so that a worker can post it. */
export type LaneNews =
  | { readonly kind: "event"; readonly data: string; readonly at: number }
  | { readonly kind: "end"; readonly bytes: number; readonly completed: boolean; readonly at: number }
  | { readonly kind: "failure"; readonly message: string; readonly at: number };

/** A lane that has received nothing yet. */
export function createLane(title: string, version: string): Lane {
  return { title, version, data: [], text: "", bytes: 0, completed: false };
}

/** Takes the news. */
export function receive(lane: Lane, news: LaneNews): void {
  if (news.kind === "event") {
    lane.firstEvent ??= news.at;
    lane.data.push(news.data);
    lane.text += deltaOf(news.data);
    return;
  }
  lane.duration = news.at;
  if (news.kind === "end") Object.assign(lane, { bytes: news.bytes, completed: news.completed });
  else lane.failure = news.message;
}

/** What is wrong with what a lane received, against what was sent; undefined where it is all there, byte for byte. */
export function findFault(lane: Lane, sent: Completion): string | undefined {
  if (lane.failure !== undefined) return lane.failure;
  if (lane.data.length !== sent.data.length) return `${lane.data.length} of ${sent.data.length} events`;
  const wrong = lane.data.findIndex((data, at) => data !== sent.data[at]);
  if (wrong >= 0) return `event ${wrong + 1} is not as it was sent`;
  if (lane.text !== sent.text) return "the text is not as it was sent";
  if (lane.bytes !== sent.byteLength) return `${lane.bytes} of ${sent.byteLength} bytes`;
  return lane.completed ? undefined : "the end was not seen";
}
