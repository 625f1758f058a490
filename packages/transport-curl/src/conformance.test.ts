import { testTransport } from "@headrace/conformance";
import { test } from "vitest";
import { curlTransport } from "./index.ts";

testTransport(test, (options) => curlTransport(options));
