import { TransportError, type ResponseHead } from "@headrace/core/transport";

const maxHeadBytes = 256 * 1024;
const maxHeadFields = 1000;
/** RFC 9110 section 15.2 sets no limit; a server that sends only interim responses must end somewhere. */
const maxInterimHeads = 100;

const statusLine = /^HTTP\/(1\.0|1\.1|2|3) ([1-9]\d\d)(?: (.*))?$/s;
/** RFC 9112 section 2.2 (a bare CR), RFC 9110 section 5.5. */
const forbidden = /[\0\r\n]/;
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** How the end of a body can be told (RFC 9112 section 6.3). */
export type Framing = "none" | "length" | "chunked" | "stream" | "close";

type HttpVersion = NonNullable<ResponseHead["httpVersion"]>;
type Field = [name: string, value: string];

/** What is received of a head. */
export type ReceivedHead = Omit<ResponseHead, "url"> & { readonly httpVersion: HttpVersion };

/**
 * Whether the connection may serve again after this response, as far as its head says.
 *
 * libcurl sees the option `close` by itself, but 8.13 to 8.19 only as the first of a list (curl/curl#20894).
 */
export function persists({ httpVersion, headers }: ReceivedHead): boolean {
  // RFC 9112 section 6.1: after chunks in HTTP/1.0 the connection is closed.
  if (httpVersion === "1.0" && headers.has("transfer-encoding")) return false;
  const options = headers.get("connection");
  // RFC 9112 section 9.6, RFC 9110 section 7.6.1.
  return options === null || !/(^|,)[ \t]*close[ \t]*(,|$)/i.test(options);
}

/**
 * Reads the lines that libcurl hands to its header callback: interim heads, which are dropped, the final
 * head, and the trailer section after it.
 */
export class ResponseHeadReader {
  /** Whether the final head has come, its blank line included. */
  isComplete = false;
  /** How the end of the body is told, from the final head and the request's method. */
  framing: Framing = "none";
  /** Whether the final head has a Content-Length. */
  hasLength = false;
  readonly #method: string;
  readonly #http1Only: boolean;
  #status = 0;
  #statusText = "";
  #httpVersion: HttpVersion = "1.1";
  #fields: Field[] = [];
  #bytes = 0;
  #interimHeads = 0;

  /**
   * @param method the request's
   * @param http1Only whether the connection cannot be HTTP/2 or 3: libcurl takes a server's `HTTP/2 200` for one
   */
  constructor(method: string, http1Only: boolean) {
    this.#method = method;
    this.#http1Only = http1Only;
  }

  /** Whether any line of a final head, complete or not, has come. */
  get started(): boolean {
    return this.#status !== 0;
  }

  /** Whether there is a final head, and it is of HTTP/1. */
  get isHttp1(): boolean {
    return this.isComplete && this.#httpVersion.startsWith("1.");
  }

  /** The trailer section; `undefined` where there is none. Complete when the transfer is. */
  trailers(): Headers | undefined {
    return this.isComplete && this.#fields.length > 0 ? toHeaders(this.#fields) : undefined;
  }

  #framingBy(headers: Headers): Framing {
    if (!this.#hasContent) return "none";
    if (this.#httpVersion === "2" || this.#httpVersion === "3") return "stream";
    if (transferCodings(headers).length > 0) return "chunked";
    return headers.has("content-length") ? "length" : "close";
  }

  get #hasContent(): boolean {
    return this.#method !== "HEAD" && this.#status !== 204 && this.#status !== 304;
  }

  /**
   * Takes one line, its line end included.
   *
   * @returns the final head, if it completed it
   * @throws `protocol` for what is not a response head (contract, section 7 row 5)
   */
  push(line: string): ReceivedHead | undefined {
    this.#bytes += line.length;
    if (this.#bytes > maxHeadBytes) this.#fail(`is larger than ${maxHeadBytes} bytes`);
    const text = withoutLineEnd(line);
    if (forbidden.test(text)) this.#fail("has a line with a forbidden character");
    if (this.isComplete) {
      if (text !== "") this.#field(text);
      return undefined;
    }
    if (this.#status === 0) this.#statusLine(text);
    else if (text === "") return this.#blankLine();
    else this.#field(text);
    return undefined;
  }

  #statusLine(text: string): void {
    const match = statusLine.exec(text);
    const version = match?.[1] as HttpVersion | undefined;
    if (!match || !version || (this.#http1Only && !version.startsWith("1.")))
      fail("the response does not begin with a status line of HTTP");
    this.#httpVersion = version;
    this.#status = Number(match[2]);
    this.#statusText = (match[3] ?? "").trim();
    if (this.#status === 101) fail("the server switched protocols unasked (101)");
  }

  #field(text: string): void {
    if (text.startsWith(" ") || text.startsWith("\t")) return this.#continuation(text);
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(colon, 0));
    if (!token.test(name)) this.#fail("has a line that is not a field");
    this.#fields.push([name, trim(text.slice(colon + 1))]);
    if (this.#fields.length > maxHeadFields) this.#fail(`has more than ${maxHeadFields} fields`);
  }

  /** RFC 9112 section 5.2: a user agent replaces obs-fold with one or more spaces. */
  #continuation(text: string): void {
    const last = this.#fields.at(-1);
    if (!last) this.#fail("begins with a continuation line");
    last[1] = trim(`${last[1]} ${trim(text)}`);
  }

  #blankLine(): ReceivedHead | undefined {
    if (this.#status < 200) {
      if (++this.#interimHeads > maxInterimHeads) fail(`more than ${maxInterimHeads} interim responses`);
      this.#status = 0;
      this.#fields = [];
      this.#bytes = 0;
      return undefined;
    }
    const headers = toHeaders(this.#fields);
    checkLengths(this.#fields);
    if (this.#hasContent) checkCodings(headers);
    this.framing = this.#framingBy(headers);
    this.hasLength = headers.has("content-length");
    this.isComplete = true;
    this.#fields = [];
    this.#bytes = 0;
    return { status: this.#status, statusText: this.#statusText, headers, httpVersion: this.#httpVersion };
  }

  #fail(what: string): never {
    const [section, phase] = this.isComplete ? (["trailer section", "body"] as const) : (["head", "head"] as const);
    fail(`the response's ${section} ${what}`, phase);
  }
}

/** RFC 9112 section 7: what is left on a body is not the content. libcurl undoes `chunked` alone here. */
function checkCodings(headers: Headers): void {
  const codings = transferCodings(headers);
  if (codings.length > 1 || (codings.length === 1 && codings[0] !== "chunked"))
    fail("the response has a Transfer-Encoding that nobody asked for");
}

/** Codings of the transfer; `identity`, which RFC 7230 took out, is none. */
function transferCodings(headers: Headers): string[] {
  const value = headers.get("transfer-encoding");
  if (value === null) return [];
  const codings = value.toLowerCase().split(",");
  return codings.map(trim).filter((coding) => coding !== "" && coding !== "identity");
}

/** RFC 9112 section 6.3 item 5: an invalid or differing Content-Length is an unrecoverable error. */
function checkLengths(fields: readonly Field[]): void {
  const lengths = fields.filter(([name]) => /^content-length$/i.test(name)).map(([, value]) => value);
  if (lengths.length === 0) return;
  if (lengths.some((length) => !/^\d{1,18}$/.test(length))) fail("the response's Content-Length is not a number");
  if (new Set(lengths.map(Number)).size > 1) fail("the response has Content-Length fields that differ");
}

function toHeaders(fields: readonly Field[]): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

function withoutLineEnd(line: string): string {
  if (!line.endsWith("\n")) return line;
  return line.slice(0, line.endsWith("\r\n") ? -2 : -1);
}

function trim(value: string): string {
  return value.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
}

function fail(message: string, phase: "head" | "body" = "head"): never {
  throw new TransportError("protocol", message, { phase });
}
