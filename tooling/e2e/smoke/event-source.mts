import { deepEqual } from "node:assert/strict";
import { EventSource } from "@headrace/event-source";
import { fetchTransport } from "@headrace/transport-fetch";

const received: string[] = [];
await new Promise<void>((resolve) => {
  const source = new EventSource(process.argv[2] ?? "", { transport: fetchTransport() });
  source.onmessage = ({ data }) => received.push(data);
  source.onerror = () => {
    source.close();
    resolve();
  };
});
deepEqual(received, ["one", "two", "three"]);
