import type { NetworkOptions, Transport } from "@headrace/core/transport";
import { curlTransport } from "@headrace/transport-curl";
import { knownFailures as curlFailures } from "@headrace/transport-curl/known-failures";
import { fetchTransport } from "@headrace/transport-fetch";
import { knownFailures as fetchFailures } from "@headrace/transport-fetch/known-failures";
import { nodeTransport } from "@headrace/transport-node";
import { undiciTransport } from "@headrace/transport-undici";
import { throughFetch } from "./through-fetch.ts";

type Create = (options: NetworkOptions) => Transport;

/** Something to run the suite on. */
export interface Subject {
  readonly name: string;
  readonly create: Create;
  /** Ids of cases that fail, each with the reason. */
  readonly knownFailures: Readonly<Record<string, string>>;
  /** Those that fail only behind a fetch. */
  readonly behindFetch: Readonly<Record<string, string>>;
  /** Where the factory can be imported from, by the cases that need a process or a thread of their own. */
  readonly module: { readonly url: string; readonly name: string };
}

const nodeBehindFetch = {
  "enc.undeclared": "createFetch refuses at the head a coding that its transport does not undo, as the verbs do",
};

/** What a transport that is here fails, by its version. */
function ofVersion(
  create: Create,
  knownFailures: (version: string) => Subject["knownFailures"],
): Subject["knownFailures"] {
  try {
    return knownFailures(create({}).version);
  } catch {
    return {};
  }
}

/** Every transport, as it is. */
export const transports: readonly Subject[] = [
  transport("curl", (options) => curlTransport(options), { knownFailures: ofVersion(curlTransport, curlFailures) }),
  transport("undici", (options) => undiciTransport(options)),
  transport("node", (options) => nodeTransport(options), { behindFetch: nodeBehindFetch }),
  transport("fetch", (options) => fetchTransport(options), { knownFailures: fetchFailures }),
];

function transport(name: string, create: Create, failures: Partial<Subject> = {}): Subject {
  const url = import.meta.resolve(`@headrace/transport-${name}`);
  return { name, create, knownFailures: {}, behindFetch: {}, module: { url, name: `${name}Transport` }, ...failures };
}

/** Every transport, and after each what is made of it: a spread, and a transport over a fetch over it. */
export const subjects: readonly Subject[] = transports.flatMap((subject) => [subject, ...compositionsOf(subject)]);

/** What is made of a transport. */
export function compositionsOf(subject: Subject): readonly Subject[] {
  const { name, create, knownFailures, behindFetch } = subject;
  return [
    {
      ...subject,
      name: `{ ...${name} }`,
      create: (options) => ({ ...create(options) }),
      module: moduleOf(subject, "(options) => ({ ...create(options) })"),
    },
    {
      ...subject,
      name: `fetch(${name})`,
      create: (options) => throughFetch(create(options)),
      knownFailures: { ...knownFailures, ...behindFetch },
      module: moduleOf(subject, "(options) => throughFetch(create(options))"),
    },
  ];
}

/** A module made for the purpose: it loads no other transport. */
function moduleOf({ module }: Subject, factory: string): Subject["module"] {
  const source = `
    import { ${module.name} as create } from ${JSON.stringify(module.url)};
    import { throughFetch } from ${JSON.stringify(new URL("through-fetch.ts", import.meta.url).href)};
    export default ${factory};`;
  return { url: `data:text/javascript,${encodeURIComponent(source)}`, name: "default" };
}
