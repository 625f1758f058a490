import type { Timeouts } from "../clocks.ts";
import { createRequest } from "../create-request.ts";
import { type FetchInput, readFetchArguments } from "./fetch-arguments.ts";
import { FetchCall } from "./fetch-call.ts";
import { toFetchError } from "./fetch-error.ts";
import type { Transport } from "../transport.ts";

/** What `createFetch` may be told besides the transport. */
export interface CreateFetchOptions {
  /**
   * In ms, for every call; 0 is off. `firstEvent` holds for responses of `text/event-stream` alone. `idle` and
   * `firstEvent` stand still while nobody reads the body. Default: `connect` 10 000 where the transport can, the rest off.
   */
  timeouts?: Timeouts | undefined;
}

/**
 * Makes a `fetch` over a transport, for programs that take one: `new OpenAI({ fetch: createFetch(transport) })`.
 *
 * It is the Fetch Standard's (section 5.6) with a server's freedoms: no CORS, cookies are yours to send, `type` is
 * `basic`, and `redirect: "manual"` gives the redirect itself, `Location` and all, as Node and Deno do. A `Request`,
 * `method`, `headers`, `body`, `signal`, `redirect`, `credentials` and `duplex` are honoured, other members ignored.
 * Headers that belong to the connection, and those that the transport cannot send, are left out, as Fetch does with
 * forbidden ones. A body that is a stream, an async iterable of bytes or strings, or a `Request`'s, is read whole before
 * anything is sent: 16 MiB at most; an object that is no body is refused. A response's headers cannot be changed.
 *
 * A call rejects, and a body fails, with a `TypeError` whose `cause` is the `HeadraceError`, or with the very
 * `signal.reason`. What had arrived before a failure is read first. A status is never an error.
 *
 * @throws `invalid-argument` or `unsupported`, for a transport or a timeout that cannot be
 */
export function createFetch(transport: Transport, options: CreateFetchOptions = {}): typeof globalThis.fetch {
  const { timeouts } = options;
  void createRequest("http://localhost", { transport, timeouts });
  return async function fetch(input: FetchInput, init?: RequestInit): Promise<Response> {
    let call: FetchCall | undefined;
    try {
      call = new FetchCall({ transport, timeouts }, readFetchArguments(input, init, transport));
      return await call.response();
    } catch (reason) {
      throw call ? call.failure(reason) : toFetchError(reason);
    }
  };
}
