import type { Terminal } from "@headrace/core";
import { InvalidArgumentError } from "commander";

/** curl's seconds, decimals allowed, as milliseconds. */
export function seconds(text: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text))
    throw new InvalidArgumentError("It must be a number of seconds, such as 30 or 0.5.");
  return Math.round(Number(text) * 1e6) / 1000; // 16.1 * 1000 is 16100.000000000002.
}

/** `seconds`, or the word `auto`. */
export function secondsOrAuto(text: string): number | "auto" {
  return text === "auto" ? text : seconds(text);
}

/** A positive integer. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be a positive whole number.");
  return Number(text);
}

/** A whole number from 0 on. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or more.");
  return Number(text);
}

const units = new Map([
  ["", 1],
  ["k", 2 ** 10],
  ["m", 2 ** 20],
  ["g", 2 ** 30],
]);

/** A size in bytes, with curl's suffixes K, M and G. */
export function bytes(text: string): number {
  const [, digits, unit = ""] = /^([1-9]\d{0,11})([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError("It must be a number of bytes, such as 65536, 64K or 16M.");
  return Number(digits) * (units.get(unit.toLowerCase()) ?? 1);
}

/** `type:NAME` is an event's type, anything else the data of a sentinel. */
export function terminal(text: string): Terminal {
  if (text === "" || text === "type:") throw new InvalidArgumentError("It must be the sentinel's data, or type:NAME.");
  return text.startsWith("type:") ? { type: text.slice("type:".length) } : text;
}
