import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { OutputError } from "./output.ts";
import { usageError } from "./usage-error.ts";

/** A file that keeps the last event ID between two runs: the ID and a newline, or nothing. */
export interface CursorFile {
  /** What it held at the start; undefined where it was empty or not there. */
  readonly cursor: string | undefined;
  /**
   * Replaces the file in one step, so that a run which is killed leaves the old ID or the new one.
   *
   * @throws OutputError
   */
  set(cursor: string): void;
}

/**
 * Reads the file and writes it again, so that one that cannot be used costs no request.
 *
 * @throws `invalid-argument`
 */
export function openCursorFile(given: string): CursorFile {
  try {
    const isThere = isFile(given);
    // A link is followed: what it points to is replaced, not the link.
    const path = isThere ? realpathSync(given) : given;
    const text = isThere ? readCursor(path) : "";
    replace(path, text);
    let kept = text;
    return {
      cursor: text === "" ? undefined : text,
      set(cursor) {
        if (cursor !== kept) set(path, cursor);
        kept = cursor;
      },
    };
  } catch (error) {
    throw usageError(`--cursor-file cannot be used: ${reasonOf(error)}`);
  }
}

function isFile(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) throw new Error("it is no plain file");
  return stats !== undefined;
}

/** WHATWG HTML 9.2.6: UTF-8, with no line end and no NULL in it. */
function readCursor(path: string): string {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  const cursor = text.replace(/\r?\n$/, "");
  if (/[\r\n\0]/.test(cursor)) throw new Error("it holds something else than one last event ID");
  return cursor;
}

function set(path: string, cursor: string): void {
  try {
    replace(path, cursor);
  } catch (error) {
    throw new OutputError(`cannot write the cursor file: ${reasonOf(error)}`);
  }
}

function replace(path: string, cursor: string): void {
  const fresh = `${path}.headrace-new`;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  try {
    writeFileSync(fresh, cursor === "" ? "" : `${cursor}\n`, mode === undefined ? {} : { mode });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** The system's code, or our own words; an error of the decoder's is about the bytes. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8" : (code ?? message);
}
