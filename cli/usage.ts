/** Something wrong with what was typed; the message is one line. */
export class UsageError extends Error {}
