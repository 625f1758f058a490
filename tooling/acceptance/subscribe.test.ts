import { subscribe } from "@headrace/core";
import { describe, expect, test } from "vitest";
import { clients } from "./clients.ts";
import { startNumberedServer } from "./numbered-server.ts";

/** Numbers from 0 to 1, the same for the same seed (Mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const transports = clients.filter(({ name }) => !name.includes("blocking"));
const retry = { delay: 10, minDelay: 10, maxDelay: 10 };

describe.each(transports)("$name", ({ create }) => {
  test.each([1, 2, 3])(
    "a server cut down 50 times at random bytes: each event once, in order (seed %i)",
    async (seed) => {
      const server = await startNumberedServer({ count: 1000, cuts: 50 }, seeded(seed));
      const transport = create();
      const numbers: number[] = [];
      for await (const { data } of subscribe(server.url, { transport, retry })) {
        numbers.push((JSON.parse(data) as { number: number }).number);
      }
      expect(numbers).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
      expect(server.cuts()).toBe(50);
      expect(server.mostOpen()).toBe(1);
      await transport.close();
      await server.close();
    },
  );
});
