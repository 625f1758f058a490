import { testComposition } from "./test-composition.ts";

testComposition("{ ...node }");
