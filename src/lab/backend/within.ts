/** Waiting that ends: a driver that hangs answers neither yes nor no. */

/** Milliseconds for a GPU to answer: a cold driver takes two or three seconds. */
export const GPU_MS = 8000;

/** @throws {Error} `what` "did not answer", when a promise has not settled in time; what it throws otherwise */
export async function within<T>(promise: Promise<T>, what: string, ms = GPU_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${ms / 1000} seconds`)), ms);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
