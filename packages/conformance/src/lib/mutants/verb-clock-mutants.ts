import { breakVerbs, coreVerbs } from "../core-verbs.ts";
import { referenceTransport } from "../reference-transport.ts";
import type { Mutant } from "./mutant.ts";
import { calls } from "./verb-mutant.ts";

/** Verbs whose clocks go wrong. */
export const verbClockMutants: readonly Mutant[] = [
  calls(
    "keeps-no-head-clock",
    ["time.head-timeout", "time.head-dripping", "time.head-over-redirects"],
    (_url, { timeouts }) => ({
      init: { timeouts: { ...timeouts, head: 0 } },
    }),
  ),
  calls("keeps-no-first-event-clock", ["time.first-event-timeout"], (_url, { timeouts }) => ({
    init: { timeouts: { ...timeouts, firstEvent: 0 } },
  })),
  calls("keeps-no-idle-clock", ["time.idle-timeout"], (_url, { timeouts }) => ({
    init: { timeouts: { ...timeouts, idle: 0 } },
  })),
  calls("restarts-the-total-clock-on-data", ["time.total-timeout", "time.total-while-held"], (_url, { timeouts }) => ({
    init: { timeouts: { ...timeouts, total: 0, idle: timeouts?.total ?? 0 } },
  })),
  calls("never-restarts-the-idle-clock", ["time.idle-resets", "time.idle-not-while-held"], (_url, { timeouts }) => ({
    init: { timeouts: { ...timeouts, idle: 0, total: Number(timeouts?.idle ?? 0) } },
  })),
  calls("takes-zero-for-at-once", ["time.zero-disables"], (_url, { timeouts }) => ({
    init: { timeouts: timeouts?.total === 0 ? { total: 1 } : timeouts },
  })),
  calls("clocks-overflow", ["time.long-delays"], (_url, { timeouts }) => ({
    init: { timeouts: Number(timeouts?.total) > 2 ** 31 - 1 ? { total: 1 } : timeouts },
  })),
  {
    name: "drops-a-connect-clock-that-cannot-be-kept",
    fails: ["time.connect-timeout-undeclared"],
    create(options) {
      const reference = referenceTransport(options);
      const supports = { ...reference.supports, connectTimeout: false };
      return breakVerbs(
        { ...reference, supports },
        { openEventStream: (url, init) => coreVerbs.openEventStream(url, { ...init, timeouts: {} }) },
      );
    },
  },
];
