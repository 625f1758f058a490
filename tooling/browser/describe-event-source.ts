// These run in Node and, sent there as text, in a page: they must not refer to anything but their arguments and the
// platform.

type Class = typeof globalThis.EventSource;

/** What a class looks like to code that never connects (Web IDL; WHATWG HTML 9.2.2), as plain data. */
export function describeInterface(url: string, EventSource: Class = globalThis.EventSource): Record<string, unknown> {
  const source = new EventSource(url);
  source.close();
  const shape = (object: object): string[] => {
    const lines: string[] = [];
    for (const key in object) {
      let owner: object = object;
      while (!Object.hasOwn(owner, key)) owner = Object.getPrototypeOf(owner) as object;
      const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
      const names = Object.entries(rest).flatMap(([name, flag]) => (flag ? [name] : []));
      if (owner !== EventTarget.prototype) lines.push([key, typeof value, ...names.toSorted()].join(" "));
    }
    return lines.toSorted();
  };
  const made = (target: string, init?: unknown): unknown => {
    try {
      const other = new EventSource(target, init as never);
      other.close();
      return other.withCredentials;
    } catch (error) {
      return [(error as Error).name, (error as DOMException).code, error instanceof DOMException];
    }
  };
  return {
    name: [EventSource.name, Object.prototype.toString.call(source)],
    class: shape(EventSource),
    prototype: shape(EventSource.prototype),
    object: [Object.keys(source), source.url, source.withCredentials, source.readyState],
    init: [null, undefined, 1, "", { withCredentials: 1 }, { withCredentials: "" }].map((init) => made(url, init)),
    badUrl: ["http://[", "//", "http://a:b/"].map((bad) => made(bad)),
    isEventTarget: source instanceof EventTarget,
  };
}

/** What its event handlers do (WHATWG HTML 8.1.8.1), as plain data. */
export function describeHandlers(url: string, EventSource: Class = globalThis.EventSource): Record<string, unknown> {
  const source = new EventSource(url);
  source.close();
  const kept = [{}, () => {}, null, undefined, 5, "x", true].map((value) => {
    source.onmessage = value as never;
    return source.onmessage === value ? "kept" : source.onmessage;
  });
  const order: string[] = [];
  const note = (name: string) => (): unknown => order.push(name);
  source.onopen = note("replaced");
  source.addEventListener("open", note("listener"));
  source.onopen = note("handler");
  source.dispatchEvent(new Event("open"));
  source.onopen = null;
  source.onopen = note("handler again");
  source.dispatchEvent(new Event("open"));
  source.onerror = { handleEvent: note("never") } as never;
  source.dispatchEvent(new Event("error"));
  return { kept, order };
}
