/** How many seeds the rules ask for, and numbers of them in words. Apart from the rules: the page says it before anything was measured. */

/** Fewest seeds for an interval and a claim of the lead. */
export const MIN_SEEDS_FOR_CLAIM = 3;
/** Fewest seeds for every other claim, and for the exact test (whose smallest p is 2¹⁻ⁿ: 0.031 at six). */
export const MIN_SEEDS_FOR_ALL = 6;

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** "two", "13" */
export const inWords = (n: number): string => NUMBERS[n] ?? String(n);

/** "three seeds", "one seed" */
export const seedsInWords = (n: number): string => `${inWords(n)} seed${n === 1 ? '' : 's'}`;
