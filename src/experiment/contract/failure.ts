/** What went wrong, as it is told to a person: the one form that errors take where they leave the code that threw them. */

/** An error as plain data: it crosses the worker with its type; `remedy` says what to do. */
export interface Failure {
  name: string;
  message: string;
  remedy: string;
}

const REMEDY = 'Press Run to start again. If it happens again, reload the page.';

/**
 * What is worth telling about anything that was thrown.
 * @param remedy where the error brings none of its own
 */
export function toFailure(thrown: unknown, remedy = REMEDY): Failure {
  if (typeof thrown !== 'object' || thrown === null) return { name: 'Error', message: String(thrown), remedy };
  const error = thrown as Partial<Failure>;
  return { name: error.name || 'Error', message: error.message || 'Something failed without saying why.', remedy: error.remedy || remedy };
}
