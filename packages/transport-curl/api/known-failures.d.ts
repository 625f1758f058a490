/**
 * Ids of conformance cases that the libcurl of this machine fails, each with the reason. For suites: to know the
 * version, this module loads libcurl when it is imported.
 */
export declare const knownFailures: Readonly<Record<string, string>>;
