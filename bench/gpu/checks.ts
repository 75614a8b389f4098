/** Compares kernels with the CPU and replayed steps with those of tfjs on this GPU, and tells of every case when it is over. */
import { comparisons, complained, replay, replayCases, type Replayed, selfChecks } from '../../src/lab/check/testing/webgpuChecks.ts';
import { TOLERANCE } from '../../src/lab/check/selfCheck.ts';

/** What is told of one case. */
export interface Checked {
  name: string;
  seconds: number;
  /** Errors of its outputs against the CPU; what is not a finite number is null. */
  errors?: Record<string, number | null>;
  replayed?: Replayed;
  /** Why there is neither. */
  failed?: string;
  /** What the device has refused so far. */
  complaints: string[];
}

export type Told = Checked | { cases: number; tolerance: number } | { begins: string };

const finite = (errors: Record<string, number>) =>
  Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, Number.isFinite(error) ? error : null]));

/**
 * @param what 'self-check', 'shapes' or 'replay'
 * @param every only the first of so many cases, the first after them, and so on
 * @param from cases to leave out: an earlier process has ended at the last of them
 */
export async function check(what: string, every: number, from: number, tell: (message: Told) => Promise<unknown>): Promise<void> {
  const cases = new Map<string, () => Promise<Pick<Checked, 'errors' | 'replayed'>>>();
  if (what === 'replay') for (const name of replayCases()) cases.set(name, async () => ({ replayed: await replay(name) }));
  else
    for (const [name, compare] of await (what === 'shapes' ? comparisons() : selfChecks())) cases.set(name, async () => ({ errors: finite(await compare()) }));
  const chosen = [...cases].filter((_, i) => i % every === 0);
  await tell({ cases: chosen.length, tolerance: TOLERANCE });
  for (const [name, run] of chosen.slice(from)) {
    await tell({ begins: name });
    const start = performance.now();
    const found = await run().catch((error: Error) => ({ failed: `${error.name}: ${error.message}` }));
    await tell({ name, seconds: (performance.now() - start) / 1000, ...found, complaints: complained() });
  }
}
