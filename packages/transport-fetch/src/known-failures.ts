/** Cases of the conformance suite that Node's own fetch cannot pass, each with the reason and the upstream issue. */
export { knownFailures } from "./lib/known-failures.ts";
