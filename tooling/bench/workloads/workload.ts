import { type Random, randomOf } from "./random.ts";
import { shapes, type WorkloadName } from "./shapes.ts";

/** One block of an event stream: its text, and the event it makes, if it makes one. */
export interface WorkloadItem {
  readonly text: string;
  readonly event?: WorkloadEvent;
}

/** What a client is to make of an item. */
export interface WorkloadEvent {
  readonly type: string;
  readonly data: string;
}

/** How the items of a workload look. */
export interface Shape {
  /** Distinct items before they come again. */
  readonly period: number;
  readonly item: (random: Random, index: number) => WorkloadItem;
  /** The items that end a stream, as `[DONE]` does; without them it just ends. */
  readonly ending?: readonly WorkloadItem[];
}

const cycles = new Map<WorkloadName, readonly WorkloadItem[]>();

/** Gives the items of a workload that repeat; a stream goes through them again and again. The same on every call. */
export function cycleOf(name: WorkloadName): readonly WorkloadItem[] {
  const known = cycles.get(name);
  if (known !== undefined) return known;
  const { period, item } = shapes[name];
  const made = Array.from({ length: period }, (_, index) => item(randomOf(index), index));
  cycles.set(name, made);
  return made;
}

/** How a stream of `length` items ends: with as much as there is room for. */
export function endingOf(name: WorkloadName, length: number): readonly WorkloadItem[] {
  const { ending = [] } = shapes[name];
  return ending.slice(Math.max(0, ending.length - length));
}

/** Gives the items of a stream of `length` items, its ending included. */
export function streamOf(name: WorkloadName, length: number): readonly WorkloadItem[] {
  const cycle = cycleOf(name);
  const ending = endingOf(name, length);
  const items = Array.from({ length: length - ending.length }, (_, index) => cycle[index % cycle.length]);
  return [...items.filter((item) => item !== undefined), ...ending];
}

/** The types of the events of a workload. */
export function eventTypesOf(name: WorkloadName): readonly string[] {
  const types = [...cycleOf(name), ...(shapes[name].ending ?? [])].flatMap(({ event }) => event?.type ?? []);
  return [...new Set(types)];
}

/**
 * How much a stream holds: events, the UTF-16 code units of those that are strings, the sum of the last of each, and
 * bytes of all its items.
 */
export interface StreamContent {
  readonly events: number;
  readonly dataLength: number;
  readonly lastCharacters: number;
  readonly bytes: number;
}

type Gives = (event: WorkloadEvent) => unknown;

/** What a reader gets of a stream of `length` items, who makes `gives` of each event, and leaves out `undefined`. */
export function contentOf(name: WorkloadName, length: number, gives: Gives = ({ data }) => data): StreamContent {
  const cycle = cycleOf(name);
  const ending = endingOf(name, length);
  const whole = length - ending.length;
  const rounds = Math.floor(whole / cycle.length);
  const content = sum(cycle, gives);
  const rest = sum([...cycle.slice(0, whole % cycle.length), ...ending], gives);
  return {
    events: rounds * content.events + rest.events,
    dataLength: rounds * content.dataLength + rest.dataLength,
    lastCharacters: rounds * content.lastCharacters + rest.lastCharacters,
    bytes: rounds * content.bytes + rest.bytes,
  };
}

/**
 * The last UTF-16 code unit of a string, 0 of an empty one. V8 puts off joining a string that was made of parts until
 * somebody reads it: who reads nothing measures less than anybody pays.
 */
export function lastCharacterOf(text: string): number {
  return text.length === 0 ? 0 : text.charCodeAt(text.length - 1);
}

function sum(items: readonly WorkloadItem[], gives: Gives): StreamContent {
  const values = items.flatMap(({ event }) => (event === undefined ? [] : [gives(event)]));
  const given = values.filter((value) => value !== undefined);
  const add = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  return {
    events: given.length,
    dataLength: add(given.map((value) => (typeof value === "string" ? value.length : 0))),
    lastCharacters: add(given.map((value) => (typeof value === "string" ? lastCharacterOf(value) : 0))),
    bytes: add(items.map(({ text }) => Buffer.byteLength(text))),
  };
}
