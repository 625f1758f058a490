import { abortEndCases } from "./cases/abort-end.ts";
import { abortCases } from "./cases/abort.ts";
import { ambientRequestCases, ambientTlsCases } from "./cases/ambient.ts";
import { backpressureCases } from "./cases/backpressure.ts";
import { bodyBrokenCases } from "./cases/body-broken.ts";
import { bodySizeCases } from "./cases/body-sizes.ts";
import { bodyCases } from "./cases/body.ts";
import { closeCases } from "./cases/close.ts";
import { codingBrokenCases } from "./cases/coding-broken.ts";
import { codingCases } from "./cases/coding.ts";
import { abortConnectingCases, connectClockCases } from "./cases/connecting.ts";
import { errorCases } from "./cases/errors.ts";
import { headFieldCases } from "./cases/head-fields.ts";
import { headMalformedCases } from "./cases/head-malformed.ts";
import { headCases } from "./cases/head.ts";
import { http2EndCases } from "./cases/http2-ends.ts";
import { http2ResponseCases } from "./cases/http2-responses.ts";
import { http2VersionCases } from "./cases/http2-versions.ts";
import { http2WireCases } from "./cases/http2-wire.ts";
import { http2Cases } from "./cases/http2.ts";
import { keepAliveCases } from "./cases/keep-alive.ts";
import { lifetimeCases } from "./cases/lifetime.ts";
import { manyExchangesCases } from "./cases/many-exchanges.ts";
import { networkCases } from "./cases/network.ts";
import { processLifeCases } from "./cases/process-life.ts";
import { proxyEnvironmentCases } from "./cases/proxy-environment.ts";
import { proxyFailureCases } from "./cases/proxy-failures.ts";
import { proxyCases } from "./cases/proxy.ts";
import { quietCases } from "./cases/quiet.ts";
import { redirectCases } from "./cases/redirects.ts";
import { repeatCases } from "./cases/repeats.ts";
import { requestFieldCases } from "./cases/request-fields.ts";
import { requestTargetCases } from "./cases/request-target.ts";
import { requestCases } from "./cases/request.ts";
import { secretCases } from "./cases/secrets.ts";
import { sinkCases } from "./cases/sink.ts";
import { socksCases } from "./cases/socks.ts";
import { syncControlCases } from "./cases/sync-control.ts";
import { syncNetworkCases } from "./cases/sync-network.ts";
import { syncTransportCases } from "./cases/sync-transport.ts";
import { syncCases } from "./cases/sync.ts";
import { timeCases } from "./cases/time.ts";
import { tlsBrokenCases } from "./cases/tls-broken.ts";
import { tlsCases } from "./cases/tls.ts";
import { trailerCases } from "./cases/trailers.ts";
import { unsupportedCases } from "./cases/unsupported.ts";
import { verbErrorCases } from "./cases/verb-errors.ts";
import { verbLeavingCases } from "./cases/verb-leaving.ts";
import { verbRedirectCredentialCases } from "./cases/verb-redirect-credentials.ts";
import { verbRedirectTargetCases } from "./cases/verb-redirect-targets.ts";
import { verbRedirectCases } from "./cases/verb-redirects.ts";
import { verbRequestCases } from "./cases/verb-request.ts";
import { verbSecretCases } from "./cases/verb-secrets.ts";
import { verbStreamCases } from "./cases/verb-stream.ts";
import { verbTimeCases } from "./cases/verb-time.ts";
import type { ConformanceCase } from "./conformance-case.ts";

/** Every case, in the order of reports. */
export const allCases: readonly ConformanceCase[] = [
  requestCases,
  requestTargetCases,
  requestFieldCases,
  ambientRequestCases,
  verbRequestCases,
  headCases,
  headFieldCases,
  headMalformedCases,
  bodyCases,
  bodyBrokenCases,
  bodySizeCases,
  sinkCases,
  trailerCases,
  abortCases,
  abortEndCases,
  abortConnectingCases,
  errorCases,
  secretCases,
  quietCases,
  tlsCases,
  tlsBrokenCases,
  ambientTlsCases,
  timeCases,
  connectClockCases,
  verbTimeCases,
  backpressureCases,
  codingCases,
  codingBrokenCases,
  http2Cases,
  http2VersionCases,
  http2EndCases,
  http2WireCases,
  http2ResponseCases,
  lifetimeCases,
  repeatCases,
  keepAliveCases,
  manyExchangesCases,
  closeCases,
  processLifeCases,
  networkCases,
  proxyCases,
  proxyFailureCases,
  socksCases,
  proxyEnvironmentCases,
  unsupportedCases,
  redirectCases,
  verbRedirectCases,
  verbRedirectTargetCases,
  verbRedirectCredentialCases,
  verbStreamCases,
  verbLeavingCases,
  verbErrorCases,
  verbSecretCases,
  syncCases,
  syncControlCases,
  syncTransportCases,
  syncNetworkCases,
].flat();
