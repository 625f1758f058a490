import { once } from "node:events";
import { connect } from "node:net";
import { startScriptedServer } from "@headrace/conformance";
import { afterEach, describe, expect, test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import type { Libcurl } from "./libcurl.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";
import { SocketWatches } from "./socket-watches.ts";

const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
const readable = 1;
const writable = 2;

afterEach(() => void vi.restoreAllMocks());

type PollCallback = (status: number, events: { readable: boolean; writable: boolean }) => void;

/** A poll handle that crashes, as koffi's does, when it is touched after it was closed. */
class FakeHandle {
  isClosed = false;
  interest: object;
  readonly callback: PollCallback;

  constructor(interest: object, callback: PollCallback) {
    this.interest = interest;
    this.callback = callback;
  }

  start(interest: object): void {
    if (this.isClosed) throw new Error("segmentation fault");
    this.interest = interest;
  }

  close(): void {
    this.isClosed = true;
  }

  unref(): void {}
}

/** An easy handle, by the number of its transfer. */
const transfer = 7n;

function watchFakes(closeSocket: Libcurl["closeSocket"]): {
  handles: FakeHandle[];
  ready: string[];
  watches: SocketWatches;
} {
  const handles: FakeHandle[] = [];
  const ready: string[] = [];
  const poll = (_socket: number, interest: object, callback: PollCallback): FakeHandle => {
    const handle = new FakeHandle(interest, callback);
    handles.push(handle);
    return handle;
  };
  const fake = { closeSocket, idOf: Number, koffi: { node: { poll } } } as unknown as Libcurl;
  const watches = new SocketWatches(fake, (socket, events) => ready.push(`${socket}: ${events}`));
  return { handles, ready, watches };
}

describe("a socket that libcurl lets go of", () => {
  test("is watched no more, unless it is kept", () => {
    const { handles, watches } = watchFakes(() => 0);
    watches.want(5, readable, transfer);
    watches.want(6, readable, transfer);
    watches.letGo(5);
    watches.letGo(6);
    watches.keep(6);
    expect(handles.map(({ isClosed }) => isClosed)).toEqual([false, false]);
    watches.sweep();
    expect(handles.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  });

  test("is found as it was where it is kept, and watched for something else where that is wanted", () => {
    const { handles, ready, watches } = watchFakes(() => 0);
    watches.want(5, readable, transfer);
    for (const wanted of [readable, writable]) {
      watches.letGo(5);
      watches.keep(5);
      watches.sweep();
      watches.want(5, wanted, transfer);
    }
    expect(handles).toMatchObject([{ isClosed: false, interest: { readable: false, writable: true } }]);
    handles[0]?.callback(0, { readable: false, writable: true });
    expect(ready).toEqual(["5: 2"]);
  });

  test("is found as it was where it is the multi handle's own", () => {
    const { handles, watches } = watchFakes(() => 0);
    for (let time = 0; time < 3; time++) {
      watches.want(5, readable, 0n);
      watches.letGo(5);
      watches.sweep();
    }
    expect(handles).toMatchObject([{ isClosed: false }]);
  });

  test("may be another of the same number when it is wanted again before it was kept", () => {
    const { handles, watches } = watchFakes(() => 0);
    watches.want(5, readable, transfer);
    watches.letGo(5);
    watches.want(5, readable, transfer);
    watches.sweep();
    expect(handles.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  });

  test("is dropped when something happens on it that nobody wants", () => {
    const { handles, ready, watches } = watchFakes(() => 0);
    watches.want(5, readable, transfer);
    watches.letGo(5);
    watches.keep(5);
    watches.sweep();
    handles[0]?.callback(0, { readable: true, writable: false });
    expect([ready, handles[0]?.isClosed]).toEqual([[], true]);
    watches.want(5, readable, transfer);
    expect(handles.length).toBe(2);
  });

  test("is not watched for a moment more where its closing cannot be seen", () => {
    const { handles, watches } = watchFakes(undefined);
    watches.want(5, readable, transfer);
    watches.letGo(5);
    watches.keep(5);
    expect(handles[0]?.isClosed).toBe(true);
  });
});

test("a socket in error is read, and watched on unless it is gone", () => {
  const { handles, ready, watches } = watchFakes(() => 0);
  watches.want(5, readable, transfer);
  handles[0]?.callback(-9, { readable: false, writable: false });
  expect([ready, handles[0]?.isClosed]).toEqual([["5: 3"], false]);
});

describe.runIf(curl.closeSocket)("on libcurl", () => {
  test("an idle connection has the handle that it had", async () => {
    const poll = vi.spyOn(curl.koffi.node, "poll");
    const server = await startScriptedServer(async (connection) => {
      for (;;) {
        await connection.request();
        await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    });
    const transport = curlTransport();
    await observeExchange(transport, server.url());
    const first = poll.mock.calls.length;
    for (let time = 0; time < 5; time++) {
      expect(await observeExchange(transport, server.url())).toMatchObject({ body: "ok", error: undefined });
    }
    expect([server.connections.length, poll.mock.calls.length]).toEqual([1, first]);
    await transport.close();
    await server.close();
  });

  test("a connection that the server ends while it is idle gives way to another", async () => {
    const server = await startScriptedServer(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      connection.fin();
    });
    const transport = curlTransport();
    for (let time = 0; time < 5; time++) {
      expect(await observeExchange(transport, server.url())).toMatchObject({ body: "ok", error: undefined });
    }
    expect(server.connections.length).toBe(5);
    await transport.close();
    await server.closedByClient();
    await server.close();
  });
  test("a kept socket that is closed leaves its number to others", async () => {
    const server = await startScriptedServer(
      async (connection) => {
        for (;;) {
          await connection.request();
          await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
      },
      { onScriptError: () => {} },
    );
    const transport = curlTransport();
    await Promise.all(Array.from({ length: 8 }, () => observeExchange(transport, server.url())));
    await transport.close();
    await server.closedByClient();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect(Number(new URL(server.url()).port), "127.0.0.1");
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const [answer] = (await once(socket, "data")) as [Buffer];
        socket.destroy();
        return answer.toString().slice(0, 15);
      }),
    );
    expect(new Set(answers)).toEqual(new Set(["HTTP/1.1 200 OK"]));
    await server.close();
  });
});
