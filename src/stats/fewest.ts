/** How many seeds the rules of `claims.ts` ask for. Apart from them, since the page says it before anything was measured. */

/** Fewest seeds for an interval and a claim of the lead. */
export const MIN_SEEDS_FOR_CLAIM = 3;
/** Fewest seeds for every other claim, and for the exact test (whose smallest p is 2¹⁻ⁿ: 0.031 at six). */
export const MIN_SEEDS_FOR_ALL = 6;
