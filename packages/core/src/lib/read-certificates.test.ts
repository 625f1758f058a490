import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { readCertificates } from "./read-certificates.ts";

afterEach(() => void vi.unstubAllGlobals());

const block = (label: string): string => `-----BEGIN ${label}-----\ns3cret\n-----END ${label}-----\n`;
const ca = block("CERTIFICATE");
const key = block("PRIVATE KEY");
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const realKey = privateKey.export({ type: "pkcs8", format: "pem" });

test.each<[object, string]>([
  [{ ca: "" }, "ca"],
  [{ ca: "s3cret" }, "ca"],
  [{ ca: new Uint8Array(3) }, "ca"],
  [{ ca: 5 }, "ca"],
  [{ ca: [ca] }, "ca"],
  [{ ca: key }, "ca"],
  [{ ca }, "ca"],
  [{ key: realKey }, "key must be given with cert"],
  [{ cert: "s3cret" }, "cert must be given with its key"],
  [{ cert: ca, key: realKey }, "cert and key"],
  [{ cert: "s3cret", key: realKey }, "cert and key"],
  [{ cert: realKey }, "cert and key"],
])("%j is invalid-argument, and not repeated", (options, named) => {
  let thrown: unknown;
  try {
    readCertificates(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "invalid-argument", message: expect.stringContaining(named) as unknown });
  expect(thrown).not.toHaveProperty("cause");
  expect(String(thrown)).not.toContain("s3cret");
});

test("where the runtime knows no certificates they are taken as they are, bytes as text", () => {
  vi.stubGlobal("process", undefined);
  expect(readCertificates({})).toEqual({ ca: undefined, cert: undefined, key: undefined });
  expect(() => readCertificates({ ca: "s3cret" })).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  expect(readCertificates({ ca: Buffer.from(ca), cert: ca, key })).toEqual({ ca, cert: ca, key });
});

test("the key may be in cert", () => {
  vi.stubGlobal("process", undefined);
  const both = ca + block("EC PRIVATE KEY");
  expect(readCertificates({ cert: both })).toEqual({ ca: undefined, cert: both, key: both });
});
