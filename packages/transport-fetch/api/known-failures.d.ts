/**
 * Ids of the conformance cases that Node's own fetch fails, each with the reason and, where there is one, the upstream issue.
 *
 * The list is that of the Node at hand: what only some versions fail is bounded by the undici in them (6 in Node 22, 7 in
 * Node 24, 8 in Node 26), and the rest all of these fail. Elsewhere, and for a fetch that is given, it is empty or does
 * not hold. The suite runs a listed case all the same: when a later undici passes it, that is an error, and the entry
 * gets its bound.
 */
export declare const knownFailures: Readonly<Record<string, string>>;
