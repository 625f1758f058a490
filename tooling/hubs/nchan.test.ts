import { subscribe, type Transport } from "@headrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasNchan, type NchanServer, startNchan } from "./nchan-server.ts";
import { startRelay } from "./relay.ts";
import { createTransport, transportNames } from "./transports.ts";

let hub: NchanServer;
beforeAll(async () => {
  if (hasNchan) hub = await startNchan();
});
afterAll(() => hub?.close());

const retry = { delay: 10, minDelay: 10, maxDelay: 10 };

async function publish(channel: string, ...messages: string[]): Promise<void> {
  for (const body of messages) {
    const { status } = await fetch(`http://127.0.0.1:${hub.port}/pub/${channel}`, { method: "POST", body });
    expect([201, 202]).toContain(status);
  }
}

const title = `nginx with nchan${hasNchan ? "" : " (needs nginx and libnginx-mod-nchan)"}`;

describe.skipIf(!hasNchan).each(transportNames)(`${title}: %s`, (name) => {
  test.each(["rst", "fin"] as const)("taken away by %s, it goes on: nothing lost, nothing twice", async (how) => {
    const channel = `${name}_${how}`;
    const relay = await startRelay(hub.port);
    const transport = await createTransport(name);
    const asked: (string | null)[] = [];
    const watched: Transport = {
      ...transport,
      send(request, sink) {
        asked.push(request.headers.get("last-event-id"));
        return transport.send(request, sink);
      },
    };
    const data: string[] = [];
    const ids: (string | undefined)[] = [];
    const sent = Array.from({ length: 9 }, (_, at) => `${at + 1}\nün`);
    await publish(channel, ...sent.slice(0, 3));
    const url = `http://127.0.0.1:${relay.port}/sub/${channel}`;
    for await (const event of subscribe(url, { transport: watched, retry })) {
      data.push(event.data);
      ids.push(event.id);
      if (data.length === 9) break;
      if (data.length % 3 > 0) continue;
      relay.cut(how);
      await publish(channel, ...sent.slice(data.length, data.length + 3));
    }
    expect(data).toEqual(sent);
    expect(asked).toEqual([null, ids[2], ids[5]]);
    expect(relay.connections()).toBe(3);
    await transport.close();
    relay.close();
  });

  test("a consumer that left goes on from its store, with what it had in hand", async () => {
    const channel = `${name}_store`;
    const transport = await createTransport(name);
    const store = { store: new Map<string, string>(), key: "hub" };
    const url = `http://127.0.0.1:${hub.port}/sub/${channel}`;
    const take = async (count: number): Promise<string[]> => {
      const data: string[] = [];
      for await (const event of subscribe(url, { transport, retry, store })) {
        if (data.push(event.data) === count) break;
      }
      return data;
    };
    await publish(channel, "1", "2", "3");
    expect(await take(2)).toEqual(["1", "2"]);
    await publish(channel, "4");
    expect(await take(3)).toEqual(["2", "3", "4"]);
    await transport.close();
  });
});
