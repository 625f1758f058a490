import { forEachEvent, openEventStream } from "@headrace/core";
import { clients } from "./clients.ts";

// A whole program, as a user would write it, run by lifetime.test.ts: it must end by itself.

const [, , name, url = "", scenario = ""] = process.argv;
const client = clients.find((it) => it.name === name);
if (!client) throw new Error(`no client ${name}`);
const transport = client.create();

const scenarios: Record<string, () => Promise<void>> = {
  finished: () => client.read(`${url}openai-keep-alive`, { transport }),
  async left() {
    for await (const _ of await openEventStream(`${url}silent`, { transport })) break;
  },
  async stopped() {
    await forEachEvent(`${url}silent`, { transport }, (_, stop) => stop());
  },
  async aborted() {
    const controller = new AbortController();
    await forEachEvent(`${url}silent`, { transport, signal: controller.signal }, () =>
      controller.abort("enough"),
    ).catch(() => {});
  },
  async "timed out"() {
    await client.read(`${url}silent`, { transport, timeouts: { idle: 100, total: 60_000 } }).catch(() => {});
  },
  async "cancelled unread"() {
    const stream = await openEventStream(`${url}endless`, { transport });
    await stream.cancel();
  },
  async "a throwing callback"() {
    await client
      .read(`${url}silent`, { transport }, () => {
        throw new Error("mine");
      })
      .catch(() => {});
  },
  async "process.exit"() {
    await openEventStream(`${url}endless`, { transport });
    process.exit(0);
  },
};

process.on("unhandledRejection", () => process.exit(3));
await scenarios[scenario]?.();
console.log("done");
