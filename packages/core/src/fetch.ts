/** For users of SDKs that take a `fetch`. */
export { createFetch, type CreateFetchOptions } from "./lib/fetch/create-fetch.ts";
