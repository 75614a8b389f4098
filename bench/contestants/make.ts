import type { Started } from '../../src/lab/backend/started.ts';
import type { Entry, Stage, Stepping, Turn } from './entry.ts';
import { evaluationsOf, stepsOf } from './experiments.ts';
import { registerFilterGradient } from './filterGradient.ts';
import { jax } from './jax.ts';
import { ours } from './ours.ts';
import { plain } from './plain.ts';
import { dispatches, peak } from './probes.ts';

/** A backend as the product starts it, and as plain tfjs is used on it. */
export interface Backends {
  ours(): Promise<Started>;
  plain(): Promise<void>;
}

/** One contestant: there is no other in this worker or process. */
export async function make(entry: Entry, { backend, small }: Stage, backends: Backends): Promise<Stepping> {
  if (entry.engine === 'jax') return jax(stepsOf(entry.workload, 'unguided', 1, small), backend);
  if (entry.engine === 'plain') {
    await backends.plain();
    if (backend === 'wasm') registerFilterGradient();
    return plain(stepsOf(entry.workload, 'all', 1, small));
  }
  const started = await backends.ours();
  if (entry.engine === 'peak') return peak(started.kernels, entry.size);
  if (entry.engine === 'dispatches') return dispatches();
  const experiment = stepsOf(entry.workload, entry.arms, entry.seeds, small, entry.measure);
  return ours(entry.evaluation ? evaluationsOf(experiment, entry.workload) : experiment, started, { replay: !entry.direct, evaluate: entry.evaluation });
}

export async function take(contestant: Stepping, steps: number): Promise<Turn> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) await contestant.step();
  await contestant.read();
  return { wallMs: performance.now() - start };
}
