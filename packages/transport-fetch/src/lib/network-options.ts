import { TransportError, type NetworkOptions } from "@headrace/core/transport";

/** Network options that no fetch has a standard word for. */
const refused = ["proxy", "unixSocket", "ca", "cert", "key", "insecure", "httpVersion", "resolve"] as const;

/**
 * Refuses what fetch cannot honour.
 *
 * @throws `unsupported`, naming the option (never its value: a proxy URL carries credentials); `invalid-argument` for
 * a user agent that cannot be a field value
 */
export function checkNetworkOptions(options: NetworkOptions, forbiddenHeaders: readonly string[]): void {
  for (const name of refused) if (options[name] !== undefined && options[name] !== false) refuse(name);
  const { userAgent } = options;
  if (userAgent === undefined) return;
  if (forbiddenHeaders.includes("user-agent")) refuse("userAgent");
  // RFC 9110 section 5.5; checked here because `Headers` puts a bad value into its error.
  if (typeof userAgent !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(userAgent)) {
    throw new TransportError("invalid-argument", "userAgent has a character that HTTP does not allow");
  }
}

function refuse(name: string): never {
  throw new TransportError(
    "unsupported",
    `fetch has no way to honour the option ${name}: use another transport for it`,
  );
}
