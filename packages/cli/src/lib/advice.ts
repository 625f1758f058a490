import type { HeadraceError, HeadraceErrorCode } from "@headrace/core";

const advice: Partial<Record<HeadraceErrorCode, string>> = {
  unsupported: "headrace transports shows what each can do; -t chooses one",
  dns: "check the host's name, or give its address with --resolve host:port:address",
  connect: "check that the server is running and that host and port are right",
  proxy: "check the proxy's address and credentials (-x), or leave it out with -x ''",
  tls: "give the authority with --cacert FILE; -k accepts any certificate, for tests",
  reset: "the connection was lost: --reconnect goes on where the server can",
  truncated: "the connection was lost: --reconnect goes on where the server can",
  "content-type": "--any-content-type reads it all the same",
  "too-large": "--max-event-size allows more",
  incomplete: "what came before is printed; the stream did not say that it was whole",
  "invalid-data": "leave out --parse to see the data as it came",
  "no-content": "the server has nothing to stream, and says so",
};

/**
 * What a person may do next; undefined where the message says it all.
 *
 * @param proxy the one that the call goes through
 */
export function adviceFor(error: HeadraceError, proxy?: string): string | undefined {
  if (proxy !== undefined && (error.code === "connect" || error.code === "dns"))
    return `it went through the proxy ${proxy}: -x '' does without`;
  if (error.code === "status") return adviceForStatus(error.status, error.retryAfter);
  if (error.code === "timeout") return adviceForTimeout(error.phase);
  return advice[error.code];
}

function adviceForStatus(status: number, retryAfter: number | undefined): string | undefined {
  if (retryAfter !== undefined) return `the server asks to wait ${Math.ceil(retryAfter / 1000)} s`;
  if (status === 401) return "check the credentials: -H 'Authorization: Bearer …', -u user:password";
  if (status === 404) return "check the URL's path";
  if (status === 405) return "check the method: -X, and data makes it POST";
  return undefined;
}

function adviceForTimeout(phase: string): string | undefined {
  const flags: Record<string, string> = {
    connect: "--connect-timeout",
    head: "--head-timeout",
    "first-event": "--first-event-timeout",
    idle: "--idle-timeout",
    total: "-m",
  };
  const flag = flags[phase];
  return flag && `${flag} allows more; 0 is no limit`;
}
