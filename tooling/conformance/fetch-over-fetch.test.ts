import { testComposition } from "./test-composition.ts";

testComposition("fetch(fetch)");
