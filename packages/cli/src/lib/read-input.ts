import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { usageError } from "./usage-error.ts";

/**
 * Reads a file that the command line names, whole; `-` is standard input.
 *
 * @throws `invalid-argument` where it cannot be read
 */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(path === "-" ? await buffer(process.stdin) : await readFile(path));
  } catch (error) {
    throw usageError(`cannot read ${JSON.stringify(path)}: ${(error as NodeJS.ErrnoException).code ?? "failed"}`);
  }
}
