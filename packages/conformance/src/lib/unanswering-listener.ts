import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** A port on 127.0.0.1 where a connection is neither accepted nor refused: its SYN is never answered. */
export interface UnansweringListener {
  readonly port: number;
  close(): Promise<void>;
}

const answerMs = 100;
const mostFillers = 16;

/**
 * Starts one without any privilege: a thread listens with the shortest queue and then sleeps, and the queue is
 * filled. Only Linux drops the SYNs that then come; other systems refuse them.
 */
export async function startUnansweringListener(): Promise<UnansweringListener> {
  const thread = new Worker(program, { eval: true });
  const [port] = (await once(thread, "message")) as [number];
  const fillers: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy();
    await thread.terminate();
  };
  while (fillers.length < mostFillers) {
    const filler = connect({ host: "127.0.0.1", port }).on("error", () => {});
    fillers.push(filler);
    if (!(await isAnswered(filler))) return { port, close };
  }
  await close();
  throw new Error("this machine answers every SYN");
}

async function isAnswered(filler: Socket): Promise<boolean> {
  const giveUp = AbortSignal.timeout(answerMs);
  return once(filler, "connect", { signal: giveUp }).then(
    () => true,
    () => false,
  );
}

/** Source text, not a module: bundlers and runtimes do not agree on how a worker's file is found. */
const program = `
const { parentPort } = require("node:worker_threads");
const server = require("node:net").createServer();
server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;
