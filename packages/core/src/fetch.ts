/** For users of SDKs that take a `fetch`. */
export { createFetch, type CreateFetchOptions } from "./lib/create-fetch.ts";
