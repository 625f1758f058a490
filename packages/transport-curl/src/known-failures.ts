/** Cases of the conformance suite that the libcurl of this machine cannot pass, each with the reason. */
export { knownFailures } from "./lib/known-failures.ts";
