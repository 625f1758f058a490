/**
 * Lists the conformance cases that a libcurl fails, each with the reason.
 *
 * @param version the transport's: `libcurl/7.88.1 …`
 * @returns reasons by the ids of cases
 */
export declare function knownFailures(version: string): Readonly<Record<string, string>>;
