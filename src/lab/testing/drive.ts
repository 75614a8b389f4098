/** Driving a lab by hand, in tests. */
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { OpenOptions } from '../../experiment/contract/lab.ts';
import type { MemberResult, RunResult } from '../../experiment/contract/result.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { createLab } from '../lab.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';

/** Everything that a member learned, for comparisons bit for bit. */
export const curve = ({ history, final }: MemberResult) => ({
  loss: history.trainLoss,
  val: history.valLoss,
  metric: history.valMetric,
  similarity: history.similarity,
  end: final,
});

export function member(result: RunResult, arm: string, seed: number): MemberResult {
  const found = result.members.find((m) => m.arm === arm && m.seed === seed);
  if (!found) throw new Error(`no member ${arm} ${seed}`);
  return found;
}

export async function openLab(experiment: Experiment, backend: 'cpu' | 'wasm', options: Omit<OpenOptions, 'backend'> = {}) {
  const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  const events: LabEvent[] = [];
  lab.subscribe((event) => events.push(event));
  await lab.open(experiment, { backend, ...options });
  const waitFor = async (count: number, wanted: (event: LabEvent) => boolean) => {
    while (events.filter(wanted).length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const result = async (): Promise<RunResult> => {
    await lab.run();
    await waitFor(1, (e) => e.type === 'run.finished');
    return events.flatMap((e) => (e.type === 'run.finished' ? [e.result] : []))[0];
  };
  /** Run some steps and wait until they are done. */
  const steps = async (count: number) => {
    const isPause = (e: LabEvent) => e.type === 'phase.changed' && e.phase === 'paused';
    const paused = events.filter(isPause).length;
    await lab.run(count);
    await waitFor(paused + 1, isPause);
  };
  return { lab, events, result, steps };
}
