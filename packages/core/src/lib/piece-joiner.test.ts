import { expect, test } from "vitest";
import { PieceJoiner } from "./piece-joiner.ts";

/** What is delivered, copied: it is lent. */
function joinerOf(answer: (text: string) => void | Promise<void> = () => {}) {
  const delivered: Buffer[] = [];
  const joiner = new PieceJoiner((bytes) => {
    delivered.push(Buffer.from(bytes));
    return answer(Buffer.from(bytes).toString());
  });
  return { joiner, delivered, texts: () => delivered.map(String) };
}
const bytes = (text: string): Uint8Array => Buffer.from(text);

test("short pieces come at the flush, as one, and then no more", () => {
  const { joiner, texts } = joinerOf();
  for (const text of ["a", "bc", "", "def"]) void joiner.push(bytes(text));
  expect(texts()).toEqual([]);
  void joiner.flush();
  void joiner.flush();
  expect(texts()).toEqual(["abcdef"]);
});

test("what is returned for a piece that is no promise is ignored, also before a long one", () => {
  const { joiner, texts } = joinerOf(() => true as unknown as undefined);
  const long = "x".repeat(20_000);
  expect(joiner.push(bytes("a"))).toBeUndefined();
  expect(joiner.push(bytes(long))).toBeUndefined();
  expect(joiner.push(bytes("b"))).toBeUndefined();
  expect(joiner.flush()).toBeUndefined();
  expect(texts()).toEqual(["a", long, "b"]);
});

test("a piece that is alone comes as it is, not copied", () => {
  const delivered: Uint8Array[] = [];
  const joiner = new PieceJoiner((piece) => void delivered.push(piece));
  const alone = bytes("alone");
  void joiner.push(alone);
  void joiner.flush();
  expect(delivered[0]).toBe(alone);
});

test("a long piece comes at once, as it is, behind what was kept", () => {
  const { joiner, delivered } = joinerOf();
  const long = Buffer.alloc(20_000, "x");
  void joiner.push(bytes("ab"));
  void joiner.push(long);
  void joiner.push(bytes("c"));
  expect(delivered.map(({ length }) => length)).toEqual([2, 20_000]);
  void joiner.flush();
  expect(Buffer.concat(delivered).equals(Buffer.concat([bytes("ab"), long, bytes("c")]))).toBe(true);
});

test.each([1, 7, 230, 4095, 4096, 4097])(
  "pieces of %d bytes: nothing is lost or turned, and little is kept",
  (size) => {
    const { joiner, delivered } = joinerOf();
    const all = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 31) % 251));
    for (let i = 0; i < all.length; i += size) {
      void joiner.push(all.subarray(i, i + size));
      const kept = Math.min(i + size, all.length) - Buffer.concat(delivered).length;
      expect(kept).toBeLessThan(16_384);
    }
    void joiner.flush();
    expect(Buffer.concat(delivered).equals(all)).toBe(true);
  },
);

test("a long piece waits for the promise of the short ones before it", async () => {
  let settle = (): void => {};
  const { joiner, texts } = joinerOf((text) =>
    text === "ab" ? new Promise<void>((resolve) => (settle = resolve)) : undefined,
  );
  void joiner.push(bytes("a"));
  void joiner.push(bytes("b"));
  const pushed = joiner.push(Buffer.alloc(5000, "x"));
  expect(texts()).toEqual(["ab"]);
  settle();
  await pushed;
  expect(texts()).toEqual(["ab", "x".repeat(5000)]);
});

test("two that are filled in turns do not mix, nor when one is flushed inside the other's delivery", () => {
  const one = joinerOf();
  const two = joinerOf(() => {
    void one.joiner.push(bytes("c"));
    void one.joiner.flush();
  });
  for (const text of ["a", "b"]) {
    void one.joiner.push(bytes(text));
    void two.joiner.push(bytes(text.toUpperCase()));
  }
  void two.joiner.flush();
  expect([one.texts(), two.texts()]).toEqual([["abc"], ["AB"]]);
});

test("what deliver throws leaves it empty", () => {
  const { joiner, texts } = joinerOf(() => {
    throw new Error("mine");
  });
  void joiner.push(bytes("a"));
  void joiner.push(bytes("b"));
  expect(() => joiner.flush()).toThrow("mine");
  void joiner.flush();
  expect(texts()).toEqual(["ab"]);
});
