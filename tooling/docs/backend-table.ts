import { type ConformanceSubject, scoreOf } from "@headrace/conformance";
import type { TransportSupport } from "@headrace/core/transport";

type Supports = Partial<TransportSupport>;

const yes = (value: boolean | undefined): string => (value ? "yes" : "no");
const list = (values: readonly string[] | undefined): string => (values?.length ? values.join(", ") : "none");

/** A row of the table for each thing that people choose by; each cell says it of one transport. */
const rows: readonly (readonly [string, (supports: Supports) => string])[] = [
  ["blocking call", ({ sync }) => yes(sync)],
  ["HTTP/2", ({ http2 }) => yes(http2)],
  ["HTTP/3", ({ http3 }) => yes(http3)],
  ["proxies", ({ proxy }) => list(proxy)],
  ["Unix socket", ({ unixSocket }) => yes(unixSocket)],
  ["own CA", ({ customCa }) => yes(customCa)],
  ["client certificate", ({ clientCertificate }) => yes(clientCertificate)],
  ["`insecure`, `resolve`", ({ insecure, resolve }) => `${yes(insecure)}, ${yes(resolve)}`],
  ["`timeouts.connect`", ({ connectTimeout }) => yes(connectTimeout)],
  ["content codings", ({ decompression }) => list(decompression)],
  [
    "a slow reader stops",
    ({ backpressure }) =>
      ({ socket: "the socket", bounded: "the socket, after at most 1 MiB", none: "nothing" })[backpressure ?? "none"],
  ],
  ["proves the end of a body without length", ({ endProof }) => yes(endProof?.closeDelimited)],
  ["says why a connection failed", ({ errorDetail }) => yes(errorDetail === "exact")],
  ["trailers", ({ trailers }) => yes(trailers)],
  ["hidden idle limit", ({ hiddenIdleLimit }) => (hiddenIdleLimit ? `${hiddenIdleLimit / 1000} s` : "none")],
  ["host settings it cannot shut out", ({ ambient }) => list(ambient)],
  ["headers it cannot send", ({ forbiddenHeaders }) => list(forbiddenHeaders?.map((name) => `\`${name}\``))],
];

/** The transports of the table, in its order. */
export const backendColumns: readonly string[] = ["curl", "undici", "node", "fetch"];

/** The README's table of backends, in Markdown: a column for each transport. */
export function backendTable(subjects: readonly ConformanceSubject[]): string {
  const table = [
    ["", ...subjects.map(({ name }) => `**${name}**`)],
    ["", ...subjects.map(() => "")].map(() => "---"),
    ["measured with", ...subjects.map(({ version }) => version.split(" ", 1)[0] ?? "")],
    ["conformance cases passed", ...subjects.map(score)],
    ...rows.map(([title, cell]) => [title, ...subjects.map(({ supports }) => cell(supports))]),
  ];
  return `${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

/** Cases that passed of those that apply, and which did not; a known failure has not passed. */
function score({ results }: ConformanceSubject): string {
  const { passed, applied, notPassed } = scoreOf(results);
  const but = notPassed.length > 0 ? `; not ${notPassed.map(({ id }) => `\`${id}\``).join(", ")}` : "";
  return `${passed} of ${applied}${but}`;
}
