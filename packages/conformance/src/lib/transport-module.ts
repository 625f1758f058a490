/** Where a transport's factory can be imported from, by a process or a thread of its own. */
export interface TransportModule {
  readonly url: string | URL;
  /** The export that makes a transport, given `NetworkOptions`; default `default`. */
  readonly name?: string;
}
