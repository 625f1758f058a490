import { test } from "vitest";
import { referenceTransport } from "./reference-transport.ts";
import { testTransport } from "./test-transport.ts";

testTransport(test, referenceTransport);
