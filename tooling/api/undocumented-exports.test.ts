import { expect, test } from "vitest";
import { undocumentedExports } from "./undocumented-exports.ts";

test.for([
  ["/** It. */\nexport declare const a: string;", []],
  ["export declare const a: string;", ["a"]],
  ["interface A {}\nexport type { A };", ["A"]],
  ["interface Inner {}\n/** It. */\ninterface A {}\nexport type { A };", []],
  ["declare class A {}\ndeclare class B {}\nexport { A as C, type B };", ["A", "B"]],
  ["/** The type. */\nexport type A = string;\nexport declare const A: string;", []],
  ["/** It. */\nexport declare function f(): void;\nexport declare function f(a: string): void;", []],
] as const)("%j: %j", ([declarations, expected]) => {
  expect(undocumentedExports(declarations)).toEqual(expected);
});
