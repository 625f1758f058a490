import { abortMutants } from "./abort-mutants.ts";
import { bodyMutants } from "./body-mutants.ts";
import { errorMutants } from "./error-mutants.ts";
import { headMutants } from "./head-mutants.ts";
import { lifetimeMutants } from "./lifetime-mutants.ts";
import { requestMutants } from "./request-mutants.ts";
import { sinkMutants } from "./sink-mutants.ts";
import { timeMutants } from "./time-mutants.ts";
import type { Mutant } from "./mutant.ts";

/** Every mutant: the suite proves itself by failing each of them where it says. */
export const mutants: readonly Mutant[] = [
  bodyMutants,
  timeMutants,
  sinkMutants,
  abortMutants,
  requestMutants,
  headMutants,
  errorMutants,
  lifetimeMutants,
].flat();
