import type { Agent } from "node:http";
import type { Duplex } from "node:stream";

/** Of idle connections there are at most so many in the process, whichever agent keeps them. */
const maxIdle = 256;

/** Options of an agent that keeps connections, each for at most so many ms without a request. */
export const keptAgentOptions = { keepAlive: true, timeout: 4_000 } as const;

/** Oldest first. */
const idleInProcess = new Set<Duplex>();

/** Makes an agent close the oldest idle connection of the process where there would be too many of them. */
export function limitIdle<A extends Agent>(agent: A): A {
  const { keepSocketAlive, reuseSocket } = agent;
  agent.keepSocketAlive = (socket) => {
    idleInProcess.add(socket);
    socket.off("close", forget).on("close", forget);
    const [oldest] = idleInProcess;
    if (oldest && idleInProcess.size > maxIdle) oldest.destroy();
    return keepSocketAlive.call(agent, socket);
  };
  agent.reuseSocket = (socket, request) => {
    idleInProcess.delete(socket);
    reuseSocket.call(agent, socket, request);
  };
  return agent;
}

function forget(this: Duplex): void {
  idleInProcess.delete(this);
}
