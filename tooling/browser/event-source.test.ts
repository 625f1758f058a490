import { createEventSource } from "@headrace/event-source";
import { fetchTransport } from "@headrace/transport-fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChromiumPage, chromiumMissing, openChromiumPage } from "./chromium.ts";
import { connectionCases } from "./connection-cases.ts";
import { describeHandlers, describeInterface } from "./describe-event-source.ts";
import { differences } from "./differences.ts";
import { framingCases } from "./framing-cases.ts";
import { observeEventSource } from "./observe-event-source.ts";
import { responseCases } from "./response-cases.ts";
import { type Outcome, type PageServer, runCases, startPageServer } from "./run-cases.ts";
import { transports } from "./transports.ts";

const cases = [...framingCases, ...responseCases, ...connectionCases];
const names = cases.map(({ name }) => name);
const why = chromiumMissing === undefined ? "" : ` (${chromiumMissing})`;

test("the cases are at least forty, and each has a name of its own", () => {
  expect(new Set(names).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(40);
});

test("every listed difference is one, and of a case", () => {
  for (const [name, { chromium, headrace, sentence }] of Object.entries(differences)) {
    expect(names).toContain(name);
    expect(headrace).not.toEqual(chromium);
    expect(sentence).toMatch(/^9\.2\.\d.*: ./);
  }
});

describe.skipIf(chromiumMissing !== undefined)(`Chromium's own EventSource${why}`, () => {
  let server: PageServer;
  let page: ChromiumPage;
  let chromium: Map<string, Outcome>;

  beforeAll(async () => {
    server = await startPageServer();
    page = await openChromiumPage(server.origin);
    chromium = await runCases(cases, page.observe, server);
  }, 40_000);

  afterAll(async () => {
    await page?.close();
    await server?.close();
    await Promise.all(Object.values(transports).map((transport) => transport.close()));
  });

  test("looks like ours", async () => {
    const Class = createEventSource({ transport: fetchTransport() });
    const url = `${server.origin}/x`;
    expect([describeInterface(url, Class), describeHandlers(url, Class)]).toEqual(await page.describe(url));
  });

  describe.each(Object.entries(transports))("and ours over %s", (_, transport) => {
    let ours: Map<string, Outcome>;

    beforeAll(async () => {
      const Class = createEventSource({ transport, retry: { delay: 1, minDelay: 1, maxDelay: 1 } });
      ours = await runCases(cases, (plan) => observeEventSource(plan, Class), server);
    }, 40_000);

    test.each(names.filter((name) => !differences[name]))("do the same: %s", (name) => {
      expect(ours.get(name)).toEqual(chromium.get(name));
    });

    test.each(Object.entries(differences))("differ as listed: %s", (name, difference) => {
      expect(chromium.get(name)).toEqual(difference.chromium);
      expect(ours.get(name)).toEqual(difference.headrace);
    });
  });
});
