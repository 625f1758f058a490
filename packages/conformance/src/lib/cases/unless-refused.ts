import { asHeadraceError } from "@headrace/core";
import type { Transport } from "@headrace/core/transport";

/** What the factory makes; undefined where it refuses the option. */
export function unlessRefused(create: () => Transport): Transport | undefined {
  try {
    return create();
  } catch (error) {
    if (asHeadraceError(error, "unsupported") === error) return undefined;
    throw error;
  }
}
