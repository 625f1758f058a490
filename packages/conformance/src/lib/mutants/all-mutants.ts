import { abortMutants } from "./abort-mutants.ts";
import { ambientMutants } from "./ambient-mutants.ts";
import { bodyMutants } from "./body-mutants.ts";
import { codingMutants } from "./coding-mutants.ts";
import { errorMutants } from "./error-mutants.ts";
import { headMutants } from "./head-mutants.ts";
import { http2Mutants } from "./http2-mutants.ts";
import { http2ResponseMutants } from "./http2-response-mutants.ts";
import { lifetimeMutants } from "./lifetime-mutants.ts";
import { malformedMutants } from "./malformed-mutants.ts";
import { networkMutants } from "./network-mutants.ts";
import { processMutants } from "./process-mutants.ts";
import { quietMutants } from "./quiet-mutants.ts";
import { redirectMutants } from "./redirect-mutants.ts";
import { repeatMutants } from "./repeat-mutants.ts";
import { requestMutants } from "./request-mutants.ts";
import { sinkMutants } from "./sink-mutants.ts";
import { syncMutants } from "./sync-mutants.ts";
import { timeMutants } from "./time-mutants.ts";
import { tlsMutants } from "./tls-mutants.ts";
import { trailerMutants } from "./trailer-mutants.ts";
import { verbClockMutants } from "./verb-clock-mutants.ts";
import { verbRequestMutants } from "./verb-request-mutants.ts";
import { verbStreamMutants } from "./verb-stream-mutants.ts";
import { wireMutants } from "./wire-mutants.ts";
import type { Mutant } from "./mutant.ts";

/** Every mutant: the suite proves itself by failing each of them where it says. */
export const mutants: readonly Mutant[] = [
  bodyMutants,
  timeMutants,
  sinkMutants,
  trailerMutants,
  abortMutants,
  requestMutants,
  headMutants,
  errorMutants,
  lifetimeMutants,
  repeatMutants,
  quietMutants,
  codingMutants,
  http2Mutants,
  http2ResponseMutants,
  networkMutants,
  tlsMutants,
  wireMutants,
  malformedMutants,
  redirectMutants,
  verbRequestMutants,
  verbStreamMutants,
  verbClockMutants,
  syncMutants,
  ambientMutants,
  processMutants,
].flat();
