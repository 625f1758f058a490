/** Cases that must hold and that no mutant is known to fail, each with the reason. As few as can be. */
export const unproven: Readonly<Record<string, string>> = {};
