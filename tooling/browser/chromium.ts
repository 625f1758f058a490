import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describeHandlers, describeInterface } from "./describe-event-source.ts";
import { type ObservationPlan, observeEventSource } from "./observe-event-source.ts";

const executablePath: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why Chromium's own EventSource cannot be asked here, or undefined. */
export const chromiumMissing: string | undefined = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath} (set CHROMIUM)`;

/** A page of a headless Chromium. */
export interface ChromiumPage {
  readonly version: string;
  observe(plan: ObservationPlan): Promise<string[]>;
  describe(url: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Starts a headless Chromium. */
export function launchChromium(): Promise<Browser> {
  // No sandbox: it refuses to run as root, and nothing here comes from outside.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** Opens `url` in a headless Chromium of its own. */
export async function openChromiumPage(url: string): Promise<ChromiumPage> {
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(url);
  return {
    version: browser.version(),
    observe: (plan) => page.evaluate(observeEventSource, plan),
    describe: async (url) => [await page.evaluate(describeInterface, url), await page.evaluate(describeHandlers, url)],
    close: () => browser.close(),
  };
}
