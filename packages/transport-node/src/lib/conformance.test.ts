import { testTransport } from "@headrace/conformance";
import { test } from "vitest";
import { nodeTransport } from "./node-transport.ts";

testTransport(test, (options) => nodeTransport(options));
