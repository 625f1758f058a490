import type { Socket } from "node:net";

/** Waits for the first of some events of a socket; rejects with its error, or when it is closed before. */
export function socketEvent(socket: Socket, ...events: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => settle(() => reject(new Error("the connection was closed")));
    const onError = (error: Error): void => settle(() => reject(error));
    const onEvent = (): void => settle(resolve);
    const settle = (then: () => void): void => {
      socket.off("error", onError).off("close", onClose);
      for (const event of events) socket.off(event, onEvent);
      then();
    };
    socket.on("error", onError).on("close", onClose);
    for (const event of events) socket.on(event, onEvent);
  });
}
