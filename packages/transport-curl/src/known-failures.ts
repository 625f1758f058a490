/** Cases of the conformance suite that a libcurl cannot pass, each with the reason, by its version. */
export { knownFailures } from "./lib/known-failures.ts";
