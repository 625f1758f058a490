/**
 * A URL for a message: origin and path, and of its query the names, each value as `…`, so that no credential shows.
 * A parameter without a value is `…` whole: it may be a credential itself (`?sk-…`), with `=` after it where it is base64.
 */
export function describeUrl(url: URL | string): string {
  const { origin, pathname, searchParams } = new URL(url);
  const query = Array.from(searchParams, ([name, value]) =>
    /[^=]/.test(value) ? `${encodeURIComponent(name)}=…` : "…",
  ).join("&");
  return origin + pathname + (query && `?${query}`);
}
