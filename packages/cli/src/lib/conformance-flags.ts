import { InvalidArgumentError } from "commander";

/** Adds what a flag that may be repeated, or given a comma list, was given. */
export function addToList(text: string, list: readonly string[] = []): string[] {
  const values = text.split(",").map((value) => value.trim());
  if (values.includes("")) throw new InvalidArgumentError("It must not be empty.");
  return [...list, ...values];
}

/** A number above 0. */
export function positive(text: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || Number(text) === 0) {
    throw new InvalidArgumentError("It must be a number above 0, such as 3 or 0.5.");
  }
  return Number(text);
}
