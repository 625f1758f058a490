import type { ResponseHead } from "./transport.ts";

/** What users see of a response: its head, plain. */
export interface ResponseInfo extends ResponseHead {
  /** Always set: whether a redirect led here. */
  readonly redirected: boolean;
}
