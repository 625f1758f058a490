import type { SecureContext, SecureContextOptions } from "node:tls";
import { checkNetworkOptions, type NetworkOptions, type NetworkSettings } from "@headrace/core/transport";
import { dispatcherSupport, ownSupport } from "./supports.ts";

/** The network options, checked and ready to use. */
export interface Network extends NetworkSettings {
  /** Made at the first use, then kept. */
  secureContext(): SecureContext;
  /** With the same authorities, but without the client certificate, which is not for a proxy. */
  proxySecureContext(): SecureContext;
}

/** Refuses every network option but `userAgent`: a caller's dispatcher has its own. */
export function refuseNetworkOptions(options: NetworkOptions): void {
  checkNetworkOptions(options, { name: "a given dispatcher", supports: dispatcherSupport() });
}

/**
 * Checks the network options.
 *
 * @throws `unsupported` for what undici cannot do, `invalid-argument` for what makes no sense; never with a value in it
 */
export function readNetworkOptions(options: NetworkOptions): Network {
  const settings = checkNetworkOptions(options, { name: "undici", supports: ownSupport(false) });
  const { ca, cert, key } = settings;
  return {
    ...settings,
    secureContext: once(() => contextOf({ ca, cert, key })),
    proxySecureContext: once(() => contextOf({ ca })),
  };
}

function contextOf(options: SecureContextOptions): SecureContext {
  return process.getBuiltinModule("node:tls").createSecureContext(options);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
