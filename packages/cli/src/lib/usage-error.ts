import { HeadraceError, type HeadraceErrorOf } from "@headrace/core";

/** A mistake on the command line: exit status 2, nothing sent. Never quotes a value, which may be a secret. */
export function usageError(message: string): HeadraceErrorOf<"invalid-argument"> {
  return new HeadraceError("invalid-argument", message);
}
