import config from "@headrace/build/tsdown";
import type { UserConfig } from "tsdown";

/** Beside the entries what runs in a process of its own, which is found by its file. */
const withProcess: UserConfig = {
  ...config,
  entry: { index: "src/index.ts", "case-process-main": "src/lib/case-process-main.ts" },
};
export default withProcess;
