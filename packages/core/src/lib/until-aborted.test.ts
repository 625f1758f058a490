import { expect, test } from "vitest";
import { CallController } from "./call-controller.ts";
import { untilAborted } from "./until-aborted.ts";

const never = new Promise<string>(() => {});

test("gives what was waited for, or its failure, and listens no longer", async () => {
  const call = new CallController();
  expect(await untilAborted(Promise.resolve("made"), call)).toBe("made");
  await expect(untilAborted(Promise.reject(new Error("mine")), call)).rejects.toThrow("mine");
  expect(call.onAbort).toBeUndefined();
});

test("an abort is not waited through, whether it comes before or meanwhile", async () => {
  const call = new CallController();
  const waited = untilAborted(never, call);
  call.abort("enough");
  await expect(waited).rejects.toBe("enough");
  await expect(untilAborted(never, call)).rejects.toBe("enough");
});
