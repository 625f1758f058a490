import type { CurlThread } from "./curl-thread.ts";
import { applyNetworkSettings, type NetworkSettings } from "./network-options.ts";
import { lockDown } from "./prepare-request.ts";
import { createEasy, type Setopt } from "./setopt.ts";

/**
 * An easy handle with everything that the requests of a transport have in common. Each goes out on a copy of
 * it, which takes no longer than a new handle, on which all these options would have to be set.
 */
export class EasyTemplate {
  readonly #thread: CurlThread;
  readonly #settings: NetworkSettings;
  #easy: bigint | undefined;

  constructor(thread: CurlThread, settings: NetworkSettings) {
    this.#thread = thread;
    this.#settings = settings;
  }

  /**
   * Makes a copy, gives it to `use`, and frees it if `use` throws.
   *
   * @returns the copy
   */
  copy(use: (setopt: Setopt) => void): bigint {
    const { curl } = this.#thread;
    const template = (this.#easy ??= createEasy(curl, (setopt) => this.#prepare(setopt)));
    return createEasy(curl, use, () => curl.easyDuplicate(template));
  }

  /** Frees the handle; it is made again when needed. */
  free(): void {
    if (this.#easy !== undefined) this.#thread.curl.easyCleanup(this.#easy);
    this.#easy = undefined;
  }

  #prepare(setopt: Setopt): void {
    lockDown(setopt);
    applyNetworkSettings(setopt, this.#settings);
    this.#thread.setFunctions(setopt);
  }
}
