import { defaultCredentialHeaders } from "@headrace/core/transport";

const credentials: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  ...defaultCredentialHeaders,
]);

/** Whether a header's value is a secret. */
export function isCredential(name: string): boolean {
  return credentials.has(name.toLowerCase());
}

/** A URL's path and query for a person: the values of the query, which may hold a key, as `…`, as may a bare name. */
export function describeTarget(url: URL): string {
  const hidden = (parameter: string): string => (/=[^=]/.test(parameter) ? parameter.replace(/=.*/, "=…") : "…");
  return url.pathname + url.search.replace(/(?<=[?&])[^&]+/g, hidden);
}

/** Takes secrets out of a text. */
export type Redactor = (text: string) => string;

/**
 * Makes a function that takes these headers' secrets out of a text: a server may echo what it was sent.
 *
 * @param headers those of the request, and what else is secret as values of any credential header
 */
export function createRedactor(headers: Iterable<readonly [string, string]>): Redactor {
  const secrets = new Set<string>();
  for (const [name, value] of headers) {
    if (!isCredential(name)) continue;
    for (const secret of [value, value.replace(/^\S+\s+/, ""), ...value.split(/;\s*|=/)]) {
      if (secret.length >= 6) secrets.add(secret).add(JSON.stringify(secret).slice(1, -1));
    }
  }
  const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}
