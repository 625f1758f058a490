import type { Framer } from "./framer.ts";

/** The parser inside fetch-event-source. Its file is not part of that package's interface. */
export const fetchEventSource: Framer = {
  name: "fetch-event-source parser",
  kind: "peer",
  npm: "@microsoft/fetch-event-source",
  refuses: (workload, pieceSize) => {
    if (workload === "comments") return "calls back for each comment, as if it were an event";
    return workload === "4m" && pieceSize < 1024 ? "quadratic: copies the line for each piece" : undefined;
  },
  load: async () => {
    const { getLines, getMessages } = await import("@microsoft/fetch-event-source/lib/cjs/parse.js");
    const ignore = (): void => {};
    return (pieces, onEvent) => {
      const push = getLines(getMessages(ignore, ignore, ({ data }) => onEvent(data)));
      for (const piece of pieces) push(piece);
    };
  },
};
