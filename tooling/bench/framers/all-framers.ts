import { bareLoopFramer } from "./bare-loop.ts";
import { decodeOnly } from "./decode-only.ts";
import { eventsourceParser } from "./eventsource-parser.ts";
import { fetchEventSource } from "./fetch-event-source.ts";
import type { Framer } from "./framer.ts";
import { headraceFramers } from "./headrace.ts";
import { parseSse } from "./parse-sse.ts";
import { sdkDecoders } from "./sdk-decoders.ts";
import { undiciEventSourceStream } from "./undici-event-source-stream.ts";

/** Every framer, ours first, the floors last. */
export const allFramers: readonly Framer[] = [
  ...headraceFramers,
  eventsourceParser,
  fetchEventSource,
  undiciEventSourceStream,
  parseSse,
  ...sdkDecoders,
  bareLoopFramer,
  decodeOnly,
];
