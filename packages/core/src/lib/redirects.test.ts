import { expect, test } from "vitest";
import { nextHop } from "./redirects.ts";
import type { ResponseHead, TransportRequest } from "./transport.ts";

const credentials = { authorization: "Bearer t", cookie: "a=b", "x-api-key": "k", host: "front.example" };

function request(init: Partial<TransportRequest> & { header?: Record<string, string> } = {}): TransportRequest {
  const { header = {}, ...rest } = init;
  const url = new URL("https://a.example/dir/page?q=1");
  return {
    url,
    method: "GET",
    headers: new Headers(header),
    body: null,
    signal: new AbortController().signal,
    connectTimeout: 0,
    ...rest,
  };
}

function redirect(status: number, location?: string): ResponseHead {
  return { url: "", status, headers: new Headers(location === undefined ? {} : { location }) };
}

const post = {
  method: "POST",
  body: new Uint8Array([1]),
  header: { "content-type": "text/plain", "content-language": "en", "x-a": "1" },
};

test.each([200, 204, 300, 304, 305, 306, 400])("%i is no redirect", (status) => {
  expect(nextHop(request(), redirect(status, "/x"))).toBeNull();
});

test.each([undefined, ""])("Location %j is none", (location) => {
  expect(nextHop(request(), redirect(302, location))).toBeNull();
});

test.each([
  ["../x", "https://a.example/x"],
  ["//b.example/y", "https://b.example/y"],
  ["?q=2", "https://a.example/dir/page?q=2"],
  ["http://a.example/", "http://a.example/"],
  ["x#fragment", "https://a.example/dir/x"],
  ["https://user:secret@a.example/u", "https://a.example/u"],
  ["/caf\u00c3\u00a9", "https://a.example/caf%C3%A9"],
  ["/caf\u00e9", "https://a.example/caf%C3%A9"],
  ["/a b", "https://a.example/a%20b"],
])("Location %j leads to %s", (location, url) => {
  expect(nextHop(request(), redirect(302, location))?.url.href).toBe(url);
});

test.each([301, 302, 303])("%i turns POST into GET without body and Content-*", (status) => {
  const next = nextHop(request(post), redirect(status, "/x"));
  expect(next).toMatchObject({ method: "GET", body: null });
  expect([...(next?.headers.keys() ?? [])]).toEqual(["x-a"]);
});

test.each([307, 308])("%i keeps method, body and Content-*", (status) => {
  const next = nextHop(request(post), redirect(status, "/x"));
  expect(next).toMatchObject({ method: "POST", body: post.body });
  expect(next?.headers.get("content-type")).toBe("text/plain");
});

test.each([
  [301, "PUT", "PUT"],
  [302, "DELETE", "DELETE"],
  [303, "PUT", "GET"],
  [303, "HEAD", "HEAD"],
  [307, "REPORT", "REPORT"],
])("%i makes %s a %s", (status, method, expected) => {
  expect(nextHop(request({ method }), redirect(status, "/x"))?.method).toBe(expected);
});

test("credentials stay on the origin", () => {
  const next = nextHop(request({ header: credentials }), redirect(302, "/x"));
  expect(Object.fromEntries(next?.headers ?? [])).toEqual(credentials);
});

test.each(["https://b.example/", "http://a.example/", "https://a.example:8443/"])(
  "credentials and Host do not go to %s",
  (to) => {
    const next = nextHop(request({ header: { ...credentials, "x-other": "1" } }), redirect(302, to));
    expect(Object.fromEntries(next?.headers ?? [])).toEqual({ "x-other": "1" });
  },
);

test("what was dropped stays dropped when a later hop returns", () => {
  const away = nextHop(request({ header: credentials }), redirect(302, "https://b.example/"));
  const back = away && nextHop(away, redirect(302, "https://a.example/"));
  expect([...(back?.headers ?? [])]).toEqual([]);
});

test("credentialHeaders replaces the default list", () => {
  const next = nextHop(request({ header: { "x-api-key": "k", "x-mine": "m" } }), redirect(302, "https://b.example/"), [
    "x-mine",
  ]);
  expect(Object.fromEntries(next?.headers ?? [])).toEqual({ "x-api-key": "k" });
});

test("a body follows to another origin only where no credential had to be dropped", () => {
  expect(nextHop(request(post), redirect(307, "https://b.example/"))?.body).toBe(post.body);
  const secret = request({ ...post, header: { authorization: "Bearer t" } });
  expect(() => nextHop(secret, redirect(307, "https://b.example/"))).toThrow(/authorization/);
});

test.each(["file:///etc/hostname", "ftp://a.example/x", "javascript:alert(1)", "data:,x", "http://"])(
  "refuses %s",
  (location) => {
    expect(() => nextHop(request(), redirect(302, location))).toThrow(
      expect.objectContaining({ code: "redirect", message: expect.not.stringContaining("q=1") as string }) as Error,
    );
  },
);

test("is pure", () => {
  const original = request({ ...post, header: credentials });
  nextHop(original, redirect(303, "https://b.example/"));
  expect(Object.fromEntries(original.headers)).toEqual(credentials);
  expect(original.url.href).toBe("https://a.example/dir/page?q=1");
});
