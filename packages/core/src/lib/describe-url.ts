/** A URL for a message: origin and path, the values of its query as `…`, so that no credential shows. */
export function describeUrl(url: URL | string): string {
  const { origin, pathname, searchParams } = new URL(url);
  const query = [...searchParams.keys()].map((key) => `${encodeURIComponent(key)}=…`).join("&");
  return origin + pathname + (query && `?${query}`);
}
