// @ts-check
/**
 * How the threads of a pool find their work: a block of shared memory. One call of a kernel is a generation of
 * parts; whoever is free takes the next part, so nobody waits for a thread that has not woken up yet.
 *
 * The ticket is generation · MAX_PARTS + next part. A part is taken by compare-and-exchange on the ticket: if that
 * succeeds, the arguments read before belong to it, because they change only while no part is left to take.
 *
 * Plain JavaScript, as helper threads run it in Node too, which reads no TypeScript in workers.
 */

/** Indices into the block's 32-bit words. */
export const TICKET = 0;
export const PARTS = 1;
export const REMAINING = 2;
export const SLEEPERS = 3;
export const FAILED = 4;
export const STOPPED = 5;
export const KERNEL = 6;
export const ARGUMENT_COUNT = 7;
export const SCRATCH = 8;
export const SCRATCH_STRIDE = 9;

/** Where the arguments begin, in float64 words, and how many fit. */
export const ARGUMENTS = 8;
export const MAX_ARGUMENTS = 32;
export const CONTROL_BYTES = (ARGUMENTS + MAX_ARGUMENTS) * 8;

export const MAX_PARTS = 64;

/** Looks at the ticket before a thread goes to sleep: some 20 µs, about the pause between two kernels. */
const SPINS = 4000;

/**
 * Takes parts of the current generation until none is left.
 * @param {Int32Array} words
 * @param {Float64Array} numbers
 * @param {Array<(...args: number[]) => number>} kernels
 * @param {number} thread
 * @returns {number} the ticket that had no part left
 */
export function takeParts(words, numbers, kernels, thread) {
  for (;;) {
    const ticket = Atomics.load(words, TICKET);
    const parts = words[PARTS];
    if (ticket % MAX_PARTS >= parts) return ticket;
    const kernel = words[KERNEL];
    const args = Array.from(numbers.subarray(ARGUMENTS, ARGUMENTS + words[ARGUMENT_COUNT]));
    const scratch = (words[SCRATCH] >>> 0) + thread * words[SCRATCH_STRIDE];
    if (Atomics.compareExchange(words, TICKET, ticket, ticket + 1) !== ticket) continue;
    try {
      kernels[kernel](...args, scratch, ticket % MAX_PARTS, parts);
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    if (Atomics.sub(words, REMAINING, 1) === 1) Atomics.notify(words, REMAINING);
  }
}

/**
 * Waits until a word differs from `value`: first looking often, then asleep.
 * @param {Int32Array} words
 * @param {number} index
 * @param {number} value
 * @param {number} [limit] milliseconds
 * @returns {boolean} whether it changed
 */
export function waitForChange(words, index, value, limit = Infinity) {
  for (let i = 0; i < SPINS; i++) {
    if (Atomics.load(words, index) !== value) return true;
  }
  return Atomics.wait(words, index, value, limit) !== 'timed-out';
}
