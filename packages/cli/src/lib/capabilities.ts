import type { TransportSupport } from "@headrace/core/transport";

/** What one can say of a transport, for people: `true` and `false` become marks. */
export interface Capability {
  readonly name: string;
  readonly of: (supports: Partial<TransportSupport>) => boolean | string;
}

const listed = (values: readonly string[] | undefined): boolean | string => (values?.length ? values.join(" ") : false);

/** The rows of `headrace transports`, what is asked most first. */
export const capabilities: readonly Capability[] = [
  { name: "blocking call", of: ({ sync }) => sync === true },
  { name: "HTTP/2", of: ({ http2 }) => http2 === true },
  { name: "HTTP/3", of: ({ http3 }) => http3 === true },
  { name: "proxies", of: ({ proxy }) => listed(proxy) },
  { name: "unix socket", of: ({ unixSocket }) => unixSocket === true },
  { name: "own CA", of: ({ customCa }) => customCa === true },
  { name: "client certificate", of: ({ clientCertificate }) => clientCertificate === true },
  { name: "any certificate (-k)", of: ({ insecure }) => insecure === true },
  { name: "--resolve", of: ({ resolve }) => resolve === true },
  { name: "connect timeout", of: ({ connectTimeout }) => connectTimeout === true },
  { name: "redirects", of: ({ redirects }) => (redirects === "automatic" ? "by itself" : true) },
  { name: "content codings", of: ({ decompression }) => listed(decompression) },
  { name: "trailers", of: ({ trailers }) => trailers === true },
  { name: "HTTP version known", of: ({ httpVersion = "none" }) => (httpVersion === "none" ? false : httpVersion) },
  { name: "end proven without a length", of: ({ endProof }) => endProof?.closeDelimited === true },
  { name: "end of a coding proven", of: ({ endProof }) => endProof?.decompression === true },
  { name: "errors", of: ({ errorDetail = "coarse" }) => errorDetail },
  {
    name: "holds back a server by",
    of: ({ backpressure = "none" }) => (backpressure === "none" ? false : backpressure),
  },
  { name: "hidden idle limit", of: ({ hiddenIdleLimit }) => (hiddenIdleLimit ? `${hiddenIdleLimit / 1000} s` : false) },
  { name: "reads from its host", of: ({ ambient }) => listed(ambient) },
];
