import { TransportError } from "@headrace/core/transport";
import type { Libcurl, Pointer } from "./libcurl.ts";

/** `CURLE_NOT_BUILT_IN`, `CURLE_BAD_FUNCTION_ARGUMENT` of a missing feature, `CURLE_UNKNOWN_OPTION`. */
const notBuiltIn: readonly number[] = [4, 48];

/**
 * `curl_easy_setopt` on one easy handle, with its result looked at.
 *
 * @throws `unsupported` where this libcurl does not know the option, naming what asked for it
 */
export class Setopt {
  readonly curl: Libcurl;
  readonly easy: bigint;
  /** The option of ours that is being applied, for the message. */
  asked = "a request";

  constructor(curl: Libcurl, easy: bigint) {
    this.curl = curl;
    this.easy = easy;
  }

  long(option: number, value: number): void {
    this.#check(option, this.curl.setLong(this.easy, option, value));
  }

  /** One character a byte. */
  string(option: number, value: string | null): void {
    this.#check(option, this.curl.setString(this.easy, option, value));
  }

  pointer(option: number, value: Pointer): void {
    this.#check(option, this.curl.setPointer(this.easy, option, value));
  }

  blob(option: number, value: Uint8Array): void {
    this.#check(option, this.curl.setBlob(this.easy, option, value));
  }

  /** Bytes that libcurl copies, with their number. */
  bytes(option: number, sizeOption: number, value: Uint8Array): void {
    this.#check(sizeOption, this.curl.setOffset(this.easy, sizeOption, value.length));
    this.#check(option, this.curl.setBytes(this.easy, option, value));
  }

  /** For what only newer versions know and older ones do without. @returns whether it is known */
  longIfKnown(option: number, value: number): boolean {
    return this.curl.setLong(this.easy, option, value) === 0;
  }

  /** As `longIfKnown`. */
  stringIfKnown(option: number, value: string): boolean {
    return this.curl.setString(this.easy, option, value) === 0;
  }

  #check(option: number, code: number): void {
    if (code === 0) return;
    const version = this.curl.version.split(" ", 1)[0];
    if (notBuiltIn.includes(code)) throw new TransportError("unsupported", `${version} cannot honour ${this.asked}`);
    throw new TransportError("internal", `curl_easy_setopt of option ${option} failed with code ${code}`);
  }
}

/**
 * Makes an easy handle, new or by `make`, gives it to `use`, and frees it if `use` throws.
 *
 * @returns the handle
 */
export function createEasy(curl: Libcurl, use: (setopt: Setopt) => void, make: () => Pointer = curl.easyInit): bigint {
  const easy = make();
  if (easy === null) throw new Error("an easy handle could not be made");
  try {
    use(new Setopt(curl, easy));
    return easy;
  } catch (error) {
    curl.easyCleanup(easy);
    throw error;
  }
}
