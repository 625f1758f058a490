/** What is done with one EventSource. Plain data: it goes to a page. */
export interface ObservationPlan {
  readonly url: string;
  readonly types: readonly string[];
  readonly events: number;
  readonly close: { readonly at: number; readonly afterTurns?: number } | null;
  /** Told with each event that it was fired; the answer comes when what is under way has had its time. */
  readonly firedUrl: string;
  /** Longer than this it is not waited for, ms. */
  readonly limit: number;
}

/**
 * Opens an EventSource and writes down each event that it fires, with the `readyState` in the handler. It runs in Node
 * and, sent there as text, in a page: it must not refer to anything but its arguments and the platform.
 */
export async function observeEventSource(
  plan: ObservationPlan,
  Class: typeof globalThis.EventSource = globalThis.EventSource,
): Promise<string[]> {
  const lines: string[] = [];
  const source = new Class(plan.url);
  const told: Promise<unknown>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => resolve(void lines.push("nothing more")), plan.limit);
    const onEvent = async (event: Event): Promise<void> => {
      const state = ["CONNECTING", "OPEN", "CLOSED"][source.readyState];
      const { data, lastEventId, origin } = event as MessageEvent;
      const what = event instanceof MessageEvent ? [event.type, data, lastEventId, origin] : [event.type];
      const index = lines.push(`${JSON.stringify(what)} ${state}`);
      told.push(fetch(plan.firedUrl, { method: "POST" }));
      if (plan.close?.at === index) {
        for (let turn = 0; turn < (plan.close.afterTurns ?? 0); turn++) await Promise.resolve();
        source.close();
      }
      if (index !== plan.events) return;
      clearTimeout(timer);
      resolve();
    };
    for (const type of ["open", "message", "error", ...plan.types]) {
      source.addEventListener(type, (event) => void onEvent(event));
    }
  });
  await Promise.all(told);
  source.close();
  return lines;
}
