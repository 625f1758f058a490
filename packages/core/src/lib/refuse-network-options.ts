import type { NetworkOptions, Transport, TransportSupport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/**
 * Refuses each network option that asks for what a transport does not declare. `undefined` and `false` ask for nothing.
 *
 * Values are not looked at, but for `httpVersion`: `checkNetworkOptions` does that.
 *
 * @param transport its name, for the message, and what it `supports`; nothing can be asked of the HTTP version where
 * `supports.httpVersion` is `none`
 * @throws `unsupported`, naming the option, never its value: a proxy URL carries credentials
 */
export function refuseNetworkOptions(
  options: NetworkOptions,
  { name, supports }: Pick<Transport, "name" | "supports">,
): void {
  const can: Record<keyof NetworkOptions, unknown> = {
    proxy: supports.proxy?.length,
    unixSocket: supports.unixSocket,
    ca: supports.customCa,
    cert: supports.clientCertificate,
    key: supports.clientCertificate,
    insecure: supports.insecure,
    httpVersion: canSpeak(options.httpVersion, supports),
    resolve: supports.resolve,
    userAgent: !supports.forbiddenHeaders?.includes("user-agent"),
  };
  for (const option of Object.keys(can) as (keyof NetworkOptions)[])
    if (!can[option] && options[option] !== undefined && options[option] !== false)
      throw new TransportError("unsupported", `${name} cannot honour the option ${option}: use another transport`);
}

function canSpeak(version: string | undefined, supports: Partial<TransportSupport>): unknown {
  if (version === "3") return supports.http3;
  if (version === "2" || version === "h2c") return supports.http2;
  return supports.httpVersion !== "none" && supports.httpVersion;
}
