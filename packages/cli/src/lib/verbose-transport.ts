import { STATUS_CODES } from "node:http";
import type { ResponseHead, ResponseSink, Transport, TransportRequest } from "@headrace/core/transport";
import { describeTarget, isCredential } from "./redact.ts";
import { tapTransport } from "./tap-transport.ts";
import { visibleText } from "./visible-text.ts";

/** Writes curl's `>` and `<` lines for each request and response of a transport, secrets as `[redacted]`. */
export function verboseTransport(transport: Transport, write: (text: string) => void): Transport {
  return tapTransport(transport, (request, sink) => {
    write(requestLines(request));
    return tapHead(sink, (head) => write(responseLines(head)));
  });
}

function tapHead(sink: ResponseSink, onHead: (head: ResponseHead) => void): ResponseSink {
  return {
    head(head) {
      onHead(head);
      sink.head(head);
    },
    body: (bytes) => sink.body(bytes),
    trailers(trailers) {
      sink.trailers?.(trailers);
    },
  };
}

function requestLines({ method, url, headers, body }: TransportRequest): string {
  const host = headers.has("host") ? "" : `> host: ${url.host}\n`;
  const length = body ? `> content-length: ${body.length}\n` : "";
  return `> ${method} ${describeTarget(url)}\n${host}${fieldLines(">", headers)}${length}>\n`;
}

function responseLines({ status, statusText, httpVersion, headers }: ResponseHead): string {
  const version = httpVersion ? `HTTP/${httpVersion}` : "HTTP";
  return `< ${version} ${status} ${visibleText(statusText || (STATUS_CODES[status] ?? ""))}\n${fieldLines("<", headers)}<\n`;
}

function fieldLines(mark: string, headers: Headers): string {
  return Array.from(headers, ([name, value]) => {
    const shown = isCredential(name) ? "[redacted]" : visibleText(Buffer.from(value, "latin1").toString());
    return `${mark} ${name}: ${shown}\n`;
  }).join("");
}
