import { expect, test } from "vitest";
import { createRedactor, describeTarget } from "./redact.ts";
import { urlSecrets, userinfoSecrets } from "./url-secrets.ts";
import { visibleText } from "./visible-text.ts";

test("secrets are taken out however they come back", () => {
  const redact = createRedactor([
    ["Authorization", "Bearer sk-12345678"],
    ["cookie", 'sid=abc"defg; theme=dark'],
    ["x-api-key", "key-98765"],
    ["accept", "text/event-stream"],
  ]);
  expect(redact("Bearer sk-12345678 | sk-12345678 | key-98765")).toBe("[redacted] | [redacted] | [redacted]");
  expect(redact(JSON.stringify({ echo: 'abc"defg' }))).toBe('{"echo":"[redacted]"}');
  expect(redact("dark text/event-stream")).toBe("dark text/event-stream");
});

test("the userinfo of a URL is taken out as it was given, as it is meant and as it is sent", () => {
  const basic = Buffer.from("me@home:pass:wörd1").toString("base64");
  for (const url of ["http://me%40home:pass:w%C3%B6rd1@a.test/", "me%40home:pass:wörd1@a.test:8080"]) {
    const redact = createRedactor(urlSecrets(url));
    expect(redact(`Basic ${basic} | ${basic.replace(/=+$/, "")}`)).toBe("[redacted] | [redacted]");
    expect(redact("me@home | pass:wörd1 | me%40home")).toBe("[redacted] | [redacted] | [redacted]");
  }
  expect(createRedactor(urlSecrets("http://%zz:%zz%41@a.test/"))(btoa("%zz:%zz%41"))).toBe("[redacted]");
  expect(createRedactor(userinfoSecrets("me:secret:1"))("me secret:1")).toBe("me [redacted]");
});

test("the values of a query that a key's name has are taken out", () => {
  const names = [
    "key",
    "api_key",
    "apikey",
    "api-key",
    "X-API-Key",
    "token",
    "access_token",
    "secret",
    "client_secret",
  ];
  for (const name of [...names, "password", "sig", "x_sig", "signature", "X-Amz-Signature", "api%5Fkey"]) {
    const redact = createRedactor(urlSecrets(`http://a.test/b?alt=events&${name}=se%2Fcret+mark#top`));
    expect(redact("se%2Fcret+mark | se/cret+mark | se/cret mark | events")).toBe(
      "[redacted] | [redacted] | [redacted] | events",
    );
  }
  const sent = createRedactor(urlSecrets('http://a.test/?key=a"b cdefg'));
  expect(sent("/?key=a%22b%20cdefg")).toBe("/?key=[redacted]");
  expect(createRedactor(urlSecrets("http://a.test/?design=events&token=abc"))("events abc")).toBe("events abc");
});

test("a URL shows no value of its query, nor what may be one", () => {
  expect(describeTarget(new URL("http://a.test/b?key=secret&alt=a?b&sk-1&c2s=&k=="))).toBe("/b?key=…&alt=…&…&…&…");
  expect(describeTarget(new URL("http://a.test/b?sk-1"))).toBe("/b?…");
});

test("control characters of a server do not reach a terminal", () => {
  expect(visibleText("a\tb\n\x1b]0;title\x07\x9b2J\x7f\r")).toBe("a\tb\n␛]0;title␇�2J␡␍");
});
