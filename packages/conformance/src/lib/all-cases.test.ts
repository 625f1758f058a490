import { expect, test } from "vitest";
import { allCases } from "./all-cases.ts";
import { areas } from "./conformance-case.ts";

test("ids are unique and begin with their area", () => {
  const ids = allCases.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  for (const { id, area } of allCases) {
    expect(id).toMatch(/^[a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(id.split(".")[0]).toBe(area);
  }
});

test("no title and no area is left empty", () => {
  expect(allCases.filter(({ title, spec }) => title.length < 10 || spec.length < 3)).toEqual([]);
  const used = new Set(allCases.map(({ area }) => area));
  expect([...used].toSorted()).toEqual(Object.keys(areas).toSorted());
});
