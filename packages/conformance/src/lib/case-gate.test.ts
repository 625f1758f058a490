import { setImmediate as macrotask } from "node:timers/promises";
import { expect, test } from "vitest";
import { CaseGate } from "./case-gate.ts";

/** Who has come in so far. */
function entering(
  gate: CaseGate,
  visitors: Record<string, boolean>,
): { inside: string[]; leave: (name: string) => void } {
  const inside: string[] = [];
  const leaving = new Map<string, () => void>();
  for (const [name, alone] of Object.entries(visitors)) {
    void gate.enter(alone).then((pass) => {
      inside.push(name);
      leaving.set(name, () => {
        inside.splice(inside.indexOf(name), 1);
        pass.leave();
      });
    });
  }
  return { inside, leave: (name) => leaving.get(name)?.() };
}

test("cases run side by side; one that must be alone waits for them, and those behind it wait for it", async () => {
  const { inside, leave } = entering(new CaseGate(), { a: false, b: false, alone: true, c: false });
  await macrotask();
  expect(inside).toEqual(["a", "b"]);
  leave("a");
  await macrotask();
  expect(inside).toEqual(["b"]);
  leave("b");
  await macrotask();
  expect(inside).toEqual(["alone"]);
  leave("alone");
  await macrotask();
  expect(inside).toEqual(["c"]);
});

test("a pass knows whether another case ran at the same time", async () => {
  const gate = new CaseGate();
  const first = await gate.enter(false);
  expect(first.wasAccompanied).toBe(false);
  const second = await gate.enter(false);
  first.leave();
  second.leave();
  const third = await gate.enter(false);
  expect([first.wasAccompanied, second.wasAccompanied, third.wasAccompanied]).toEqual([true, true, false]);
});
