import { describe, expect, test } from "vitest";
import { bytes, count, seconds, secondsOrAuto, terminal, wholeNumber } from "./option-values.ts";

describe("values of flags", () => {
  test("seconds, with decimals, become milliseconds", () => {
    expect(["0", "1.5", ".25", "2.", "16.1", "0.0005"].map(seconds)).toEqual([0, 1500, 250, 2000, 16_100, 0.5]);
  });

  test("an idle limit may be learnt", () => {
    expect(["auto", "30"].map(secondsOrAuto)).toEqual(["auto", 30_000]);
  });

  test("sizes take curl's suffixes", () => {
    expect(["1", "64K", "16m", "1G"].map(bytes)).toEqual([1, 65_536, 16_777_216, 1_073_741_824]);
  });

  test("a terminal is a sentinel or a type", () => {
    expect(["[DONE]", "type:message_stop"].map(terminal)).toEqual(["[DONE]", { type: "message_stop" }]);
  });

  test.each([
    [seconds, "-1"],
    [seconds, "1e3"],
    [seconds, ""],
    [secondsOrAuto, "automatic"],
    [bytes, "0"],
    [bytes, "1T"],
    [count, "0"],
    [wholeNumber, "-1"],
    [terminal, ""],
  ])("%o refuses %j", (parse: (text: string) => unknown, text) => {
    expect(() => parse(text)).toThrow(/must be/);
  });
});
