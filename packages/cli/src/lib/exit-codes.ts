import { asHeadraceError, type HeadraceErrorCode } from "@headrace/core";

/** The exit status of each error: curl's own where it has one. */
const exitCodes: Readonly<Record<Exclude<HeadraceErrorCode, "gave-up">, number>> = {
  "no-content": 0,
  closed: 1,
  "invalid-argument": 2,
  unsupported: 4,
  "library-missing": 4,
  "no-recording": 4,
  dns: 6,
  connect: 7,
  network: 7,
  protocol: 8,
  truncated: 18,
  incomplete: 18,
  status: 22,
  "server-event": 22,
  "content-type": 23,
  timeout: 28,
  redirect: 47,
  reset: 56,
  tls: 60,
  "too-large": 63,
  "invalid-data": 65,
  internal: 70,
  proxy: 97,
};

/** Where each connection ended cleanly, with too little: as for an end before `--terminal`. */
const endless = exitCodes.incomplete;

/** The exit status for what a command failed with: 70 for what is no error of ours. */
export function exitCodeOf(reason: unknown): number {
  const error = asHeadraceError(reason);
  if (!error) return exitCodes.internal;
  if (error.code === "gave-up") return error.causes.length > 0 ? exitCodeOf(error.causes.at(-1)) : endless;
  return exitCodes[error.code];
}
