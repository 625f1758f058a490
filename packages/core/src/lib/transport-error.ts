import {
  HeadraceError,
  type HeadraceErrorCode,
  type HeadraceErrorOf,
  type HeadraceErrorPhase,
} from "./headrace-error.ts";

/** What a transport may say of a failure. */
export interface TransportErrorOptions {
  /** The stack's own error. Only for failures of the network and TLS: an argument's may carry a credential. */
  cause?: unknown;
  /** Default: the one the code implies, else `body`. */
  phase?: HeadraceErrorPhase;
  /** Free text, such as `untrusted`, `hostname`, `expired`, `refused`. */
  detail?: string;
  /** What the proxy answered, for `proxy`. */
  status?: number;
  /** Whether the peer said that it did not process the request (REFUSED_STREAM). */
  retryable?: boolean;
}

/** What `send` rejects with. Core adds what it knows of the exchange before users see it. */
export type TransportError = HeadraceErrorOf<HeadraceErrorCode>;

/** Makes a `TransportError`: a `HeadraceError` that knows nothing of events yet. */
export const TransportError: new <C extends HeadraceErrorCode>(
  code: C,
  message: string,
  options?: TransportErrorOptions,
) => HeadraceErrorOf<C> = HeadraceError;
