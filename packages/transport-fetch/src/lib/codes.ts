import { codeOfNodeError, TransportError } from "@headrace/core/transport";

interface Caught {
  name?: unknown;
  code?: unknown;
  message?: string;
  cause?: unknown;
  /** Of an `AggregateError`, whose own message Node leaves empty. */
  errors?: readonly Caught[];
}

/**
 * Turns what fetch, or its body's reader, rejected with into a `TransportError`.
 *
 * A `HeadraceError` among the causes is passed on: fetch may itself be one of ours (`createFetch`).
 *
 * @param url the request's: Bun and Deno repeat it in their errors, and its query may hold a credential
 * @param head the response, once there is one
 */
export function toTransportError(error: unknown, url: URL, head: Response | undefined): Error {
  let root = error as Caught | undefined;
  for (let next = root; typeof next === "object" && next !== null; next = next.cause as Caught | undefined) {
    if (next.name === "HeadraceError" && typeof next.code === "string") return next as Error;
    root = next;
  }
  const code = codeOfNodeError(error, head !== undefined) ?? (head ? lost(head) : "network");
  const reason = root?.message || root?.errors?.[0]?.message || "it does not say why";
  const said = url.search ? reason.replaceAll(url.search, "?…") : reason;
  const message = `fetch ${head ? "lost the response" : "failed"}: ${said}`;
  // A parser's error carries the bytes it stumbled on, an argument's its value: neither may leave with ours.
  const keep = code !== "invalid-argument" && code !== "protocol" && !(url.search && mentions(error, url.search));
  const phase =
    code === "timeout"
      ? clockOf(root, head)
      : head
        ? "body"
        : code === "reset" || code === "protocol"
          ? "head"
          : undefined;
  return new TransportError(code, message, { ...(keep && { cause: error }), ...(phase && { phase }) });
}

/** Which of fetch's own clocks: undici's for a connection, for the head, and between two pieces of body. */
function clockOf(root: Caught | undefined, head: Response | undefined): "connect" | "head" | "idle" {
  if (head) return "idle";
  return root?.code === "UND_ERR_CONNECT_TIMEOUT" ? "connect" : "head";
}

/** Whether an error, one of its own fields or one of its causes has this text. */
function mentions(error: unknown, text: string, depth = 0): boolean {
  if (typeof error === "string") return error.includes(text);
  if (typeof error !== "object" || error === null || depth > 8) return false;
  const fields = Object.getOwnPropertyNames(error).map((name) => (error as Record<string, unknown>)[name]);
  return fields.some((field) => mentions(field, text, depth + 1));
}

/** Contract, section 7, row 9. */
function lost({ headers }: Response): "truncated" | "reset" {
  return headers.has("content-length") || headers.has("transfer-encoding") ? "truncated" : "reset";
}
