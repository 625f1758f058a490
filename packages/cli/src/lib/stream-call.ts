import type { EventStreamInit, Timeouts, Transport } from "@headrace/core";
import { checkNetworkOptions, type NetworkOptions } from "@headrace/core/transport";
import { type CursorFile, openCursorFile } from "./cursor-file.ts";
import { defaultTransport, hasProxyVariables, loadTransport } from "./load-transport.ts";
import { networkOptions } from "./network-flags.ts";
import { joinData } from "./request-data.ts";
import { encodeForm } from "./request-form.ts";
import { collectHeaders } from "./request-headers.ts";
import type { StreamFlags } from "./stream-flags.ts";
import { usageError } from "./usage-error.ts";

/** A streaming call, ready to be made. */
export interface StreamCall {
  url: string;
  transport: Transport;
  headers: [string, string][];
  init: Omit<EventStreamInit, "transport" | "headers">;
  /** Where the last event ID is kept. */
  cursorFile: CursorFile | undefined;
  /** The proxy that it goes through, without its credentials. */
  proxy: string | undefined;
  /** What is not done as asked, for `-v`. */
  notes: string[];
}

/**
 * Turns flags into a call: reads the files they name and loads the transport.
 *
 * @throws `invalid-argument`, `unsupported`, `library-missing`; nothing has been sent
 */
export async function prepareCall(target: string | undefined, flags: StreamFlags): Promise<StreamCall> {
  if (target !== undefined && flags.url !== undefined) throw usageError("give the URL once");
  const given = target ?? flags.url;
  if (given === undefined || given === "") throw usageError("give a URL: headrace https://example.com/events");
  if (flags.data.length > 0 && flags.form.length > 0) throw usageError("choose one of --data and --form");
  const network = await networkOptions(flags);
  const transport = await loadTransport(flags.transport ?? defaultTransport(flags.blocking === true), network);
  const data = await joinData(flags.data);
  const form = await encodeForm(flags.form);
  const body = flags.get ? undefined : (form?.bytes ?? data);
  const url = withQuery(absolute(given), flags.get ? data : undefined);
  const { pairs, notes } = await collectHeaders(flags.header, {
    defaults: defaultHeaders(flags, transport, form?.type),
    host: hostOf(url),
    decompression: transport.supports.decompression ?? [],
    forbidden: transport.supports.forbiddenHeaders ?? [],
  });
  if (!transport.supports.proxy?.length && hasProxyVariables()) {
    notes.push(`the environment's proxy is not used: ${transport.name} cannot`);
  }
  const proxy = proxyOf(url, network, transport);
  if (proxy !== undefined) notes.push(`through the proxy ${proxy}`);
  const headers = form ? pairs.map((pair) => withBoundary(pair, form.type)) : pairs;
  const method = flags.request ?? (flags.get ? "GET" : undefined);
  const cursorFile = flags.cursorFile === undefined ? undefined : openCursorFile(flags.cursorFile);
  const lastEventId = cursorFile?.cursor ?? flags.lastEventId;
  const init = { ...responseInit(flags), lastEventId, ...(method !== undefined && { method }), ...(body && { body }) };
  return { url, transport, headers, init, cursorFile, proxy, notes };
}

/** As `loadTransport` asks for it. */
function proxyOf(url: string, { proxy, unixSocket }: NetworkOptions, transport: Transport): string | undefined {
  if (unixSocket !== undefined || !transport.supports.proxy?.length || !URL.canParse(url)) return undefined;
  const server = checkNetworkOptions({ proxy: proxy ?? "environment" }, transport).proxyFor(new URL(url));
  return server && `${server.scheme}://${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
}

/** As curl: without a scheme, `http://`. */
function absolute(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

function withQuery(url: string, data: Uint8Array | undefined): string {
  if (!data) return url;
  const [, before = url, fragment = ""] = /^([^#]*)(#.*)?$/s.exec(url) ?? [];
  return before + (before.includes("?") ? "&" : "?") + Buffer.from(data).toString() + fragment;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

function defaultHeaders(flags: StreamFlags, transport: Transport, formType: string | undefined): [string, string][] {
  const { user, oauth2Bearer, userAgent, referer, cookie, data, compressed, get } = flags;
  const headers: [string, string][] = [];
  const json = data.some(({ kind }) => kind === "json");
  // curl asks for JSON here; an event stream is what we are for, and MCP servers want to see both.
  if (json) headers.push(["accept", "text/event-stream, application/json;q=0.9"]);
  const type = formType ?? (json ? "application/json" : "application/x-www-form-urlencoded");
  if (!get && (formType !== undefined || data.length > 0)) headers.push(["content-type", type]);
  if (user !== undefined && oauth2Bearer !== undefined) throw usageError("choose one of -u and --oauth2-bearer");
  if (user !== undefined) headers.push(["authorization", basic(user)]);
  if (oauth2Bearer !== undefined) headers.push(["authorization", `Bearer ${oauth2Bearer}`]);
  if (userAgent) headers.push(["user-agent", userAgent]);
  if (referer) headers.push(["referer", referer]);
  if (cookie.length > 0) headers.push(["cookie", cookie.map(checkCookie).join("; ")]);
  if (compressed) headers.push(["accept-encoding", (transport.supports.decompression ?? []).join(", ") || "identity"]);
  return headers;
}

function basic(user: string): string {
  if (!user.includes(":"))
    throw usageError("-u takes user:password (user: for an empty password); nothing is asked on the terminal");
  return `Basic ${Buffer.from(user).toString("base64")}`;
}

function checkCookie(cookie: string): string {
  if (!cookie.includes("=")) throw usageError("-b takes 'name=value; name=value', not a file");
  return cookie.replace(/;\s*$/, "");
}

/** A multipart type given without its boundary gets ours, as in curl: the body could not be read otherwise. */
function withBoundary([name, value]: [string, string], type: string): [string, string] {
  const lacking = name.toLowerCase() === "content-type" && /^multipart\/form-data\s*$/i.test(value);
  return [name, lacking ? type : value];
}

function responseInit(flags: StreamFlags): Omit<EventStreamInit, "transport"> {
  const { terminal, eof, maxEventSize, anyContentType, retry } = flags;
  return {
    timeouts: timeoutsOf(flags),
    ...(terminal !== undefined && { terminal }),
    ...(eof !== undefined && { eof }),
    ...(maxEventSize !== undefined && { maxEventSize }),
    ...(anyContentType && { contentType: "ignore" }),
    ...(retry !== undefined && { attempts: retry + 1 }),
  };
}

function timeoutsOf({ connectTimeout, headTimeout, firstEventTimeout, idleTimeout, maxTime }: StreamFlags): Timeouts {
  return {
    ...(connectTimeout !== undefined && { connect: connectTimeout }),
    ...(headTimeout !== undefined && { head: headTimeout }),
    ...(firstEventTimeout !== undefined && { firstEvent: firstEventTimeout }),
    ...(idleTimeout !== undefined && { idle: idleTimeout }),
    ...(maxTime !== undefined && { total: maxTime }),
  };
}
