export { default } from "@headrace/build/tsdown";
