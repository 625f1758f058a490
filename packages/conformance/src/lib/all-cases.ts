import { abortCases } from "./cases/abort.ts";
import { backpressureCases } from "./cases/backpressure.ts";
import { bodyBrokenCases } from "./cases/body-broken.ts";
import { bodyCases } from "./cases/body.ts";
import { codingCases } from "./cases/coding.ts";
import { errorCases } from "./cases/errors.ts";
import { headFieldCases } from "./cases/head-fields.ts";
import { headMalformedCases } from "./cases/head-malformed.ts";
import { headCases } from "./cases/head.ts";
import { http2Cases } from "./cases/http2.ts";
import { lifetimeCases } from "./cases/lifetime.ts";
import { networkCases } from "./cases/network.ts";
import { redirectCases } from "./cases/redirects.ts";
import { requestFieldCases } from "./cases/request-fields.ts";
import { requestTargetCases } from "./cases/request-target.ts";
import { requestCases } from "./cases/request.ts";
import { secretCases } from "./cases/secrets.ts";
import { sinkCases } from "./cases/sink.ts";
import { syncCases } from "./cases/sync.ts";
import { timeCases } from "./cases/time.ts";
import { tlsCases } from "./cases/tls.ts";
import { unsupportedCases } from "./cases/unsupported.ts";
import { verbErrorCases } from "./cases/verb-errors.ts";
import { verbRedirectCases } from "./cases/verb-redirects.ts";
import { verbRequestCases } from "./cases/verb-request.ts";
import { verbStreamCases } from "./cases/verb-stream.ts";
import { verbTimeCases } from "./cases/verb-time.ts";
import type { ConformanceCase } from "./conformance-case.ts";

/** Every case, in the order of reports. */
export const allCases: readonly ConformanceCase[] = [
  requestCases,
  requestTargetCases,
  requestFieldCases,
  verbRequestCases,
  headCases,
  headFieldCases,
  headMalformedCases,
  bodyCases,
  bodyBrokenCases,
  sinkCases,
  abortCases,
  errorCases,
  secretCases,
  tlsCases,
  timeCases,
  verbTimeCases,
  backpressureCases,
  codingCases,
  http2Cases,
  lifetimeCases,
  networkCases,
  unsupportedCases,
  redirectCases,
  verbRedirectCases,
  verbStreamCases,
  verbErrorCases,
  syncCases,
].flat();
