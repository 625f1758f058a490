import { chromiumMissing, launchChromium } from "./chromium.ts";
import { serveSources } from "./serve-sources.ts";

// A contestant of tooling/bench in a page of a headless Chromium of its own: it is talked to as one in a process is. The
// arguments are a module, by its path in the repository, whose `runInPage` does a job, and the contestant's name.

const send = (message: object): void => void (process.connected && process.send?.(message));
const [module = "", name = ""] = process.argv.slice(2);

/** What the module exports. */
type RunInPage = (name: string, job: unknown) => Promise<object>;

async function start(): Promise<void> {
  const sources = await serveSources();
  const browser = await launchChromium();
  process.on("disconnect", () => void browser.close().finally(() => process.exit()));
  const page = await browser.newPage();
  await page.goto(sources.origin);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  /** Of the page's process, all threads, in µs; in steps of 10 ms on Linux. */
  const processorTime = async (): Promise<number> => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find((metric) => metric.name === "ProcessTime")?.value ?? Number.NaN) * 1e6;
  };
  const run = async (job: unknown): Promise<object> => {
    const [before, began] = [await processorTime(), performance.now()];
    const delivered = await page.evaluate(
      async (given) => {
        const { runInPage } = (await import(given.module)) as { runInPage: RunInPage };
        return runInPage(given.name, given.job);
      },
      { module, name, job },
    );
    const wall = (performance.now() - began) * 1000;
    const cpu = { user: (await processorTime()) - before, system: 0 };
    return { ...delivered, cpu, wall, sinceFirst: { cpu, wall } };
  };
  process.on("message", (job: unknown) => {
    void run(job).then(
      (result) => send({ result }),
      (error: unknown) => send({ error: String(error) }),
    );
  });
  send({ ready: `Chromium ${browser.version()}` });
}

if (chromiumMissing === undefined) await start().catch((error: unknown) => send({ error: String(error) }));
else send({ absent: chromiumMissing });
