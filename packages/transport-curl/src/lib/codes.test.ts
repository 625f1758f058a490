import { expect, test } from "vitest";
import { scrub } from "./codes.ts";

test.each([
  ["failed for https://user:secret@api.test:8443/v1?key=secret#secret now", [], "failed for https://api.test:8443 now"],
  ["Could not resolve proxy: user:secret", ["secret", "user"], "Could not resolve proxy: [redacted]:[redacted]"],
  ["Recv failure: Connection reset by peer", ["", "secret"], "Recv failure: Connection reset by peer"],
])("%s", (text, secrets, clean) => {
  expect(scrub(text, secrets)).toBe(clean);
});
