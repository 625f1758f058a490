import { TransportError, type NetworkOptions } from "@headrace/core/transport";

/** Network options that no fetch has a standard word for. */
const refused = ["proxy", "unixSocket", "ca", "cert", "key", "insecure", "httpVersion", "resolve"] as const;

/**
 * Refuses what fetch cannot honour.
 *
 * @throws `unsupported`, naming the option (never its value: a proxy URL carries credentials)
 */
export function checkNetworkOptions(options: NetworkOptions, forbiddenHeaders: readonly string[]): void {
  for (const name of refused) if (options[name] !== undefined && options[name] !== false) refuse(name);
  if (options.userAgent !== undefined && forbiddenHeaders.includes("user-agent")) refuse("userAgent");
}

function refuse(name: string): never {
  throw new TransportError(
    "unsupported",
    `fetch has no way to honour the option ${name}: use another transport for it`,
  );
}
