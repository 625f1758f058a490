import type { CallController } from "../call-controller.ts";
import type { Timeouts } from "../clocks.ts";
import type { EventStreamInit } from "../event-stream-init.ts";
import { untilAborted } from "../until-aborted.ts";
import type { ResumeRequest } from "./resume.ts";
import type { PerAttempt, SubscribeInit, SubscriptionAttempt } from "./subscribe-init.ts";

/** What one connection of a subscription asks for. */
export interface ConnectionRequest {
  readonly url: string | URL;
  readonly init: EventStreamInit;
  /** Whether it may be sent again. */
  readonly replayable: boolean;
}

/** What a subscription was asked for, and how it is taken up where it was. */
interface Asked {
  readonly url: PerAttempt<string | URL>;
  readonly init: SubscribeInit;
  readonly resume: ResumeRequest;
}

/** Makes what one connection asks for, with what is a function of the attempt. @throws what such a function throws */
export async function makeConnectionRequest(
  asked: Asked,
  attempt: SubscriptionAttempt,
  call: CallController,
): Promise<ConnectionRequest> {
  const { headers, body, store: _store, resume: _resume, commit: _commit, ...rest } = asked.init;
  const made = {
    url: withQuery(await valueFor(asked.url, attempt, call), asked.resume.query),
    headers: await valueFor(headers, attempt, call),
    body: await valueFor(body, attempt, call),
  };
  const replayable = isReplayable({ ...rest, body: made.body });
  const init: EventStreamInit = {
    eof: "discard",
    ...rest,
    headers: made.headers,
    body: made.body,
    timeouts: connectionTimeouts(rest.timeouts, replayable),
    lastEventId: asked.resume.lastEventId,
  };
  return { url: made.url, init, replayable };
}

async function valueFor<T>(value: PerAttempt<T>, attempt: SubscriptionAttempt, call: CallController): Promise<T> {
  if (typeof value !== "function") return value;
  return await untilAborted((value as (attempt: SubscriptionAttempt) => T | Promise<T>)(attempt), call);
}

/** Sets parameters in the query; all else of the URL stays as it was written, relative or not. */
function withQuery(url: string | URL, query: Readonly<Record<string, string>> = {}): string | URL {
  const added = new URLSearchParams(query);
  if (added.size === 0) return url;
  const [, before = "", given = "", fragment = ""] = /^([^?#]*)\??([^#]*)(.*)$/s.exec(String(url)) ?? [];
  const isKept = (part: string): boolean => part !== "" && !added.has([...new URLSearchParams(part).keys()][0] ?? "");
  return `${before}?${[...given.split("&").filter(isKept), String(added)].join("&")}${fragment}`;
}

/** `total` is kept over all connections. A clock that guesses is only for what can be taken up again. */
function connectionTimeouts(timeouts: Timeouts = {}, replayable: boolean): Timeouts {
  return { ...timeouts, idle: timeouts.idle ?? (replayable ? "auto" : 0), total: 0 };
}

/** Whether a request like that may be sent again. */
export function isReplayable({ method, body, json, replay = false }: SubscribeInit): boolean {
  const effective = method?.toUpperCase() ?? (body != null || json !== undefined ? "POST" : "GET");
  return replay || effective === "GET" || effective === "HEAD";
}
