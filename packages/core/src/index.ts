/** For users: the verbs, errors and types. */
export { asHeadraceError, HeadraceError, type HeadraceErrorCode, type HeadraceErrorOf, type HeadraceErrorPhase } from "./lib/headrace-error.ts";
