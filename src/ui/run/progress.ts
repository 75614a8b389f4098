/** The run bar's words. */
import type { Phase } from '@/experiment/contract/events.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import type { RunState } from '@/state/run.ts';
import { FROM_LINK } from '@/state/sharedResult.ts';
import { listed } from '@/stats/words.ts';
import { duration, number, plural } from '@/ui/words.ts';

/** Below 10 the first decimal says something. */
export const rateWords = (stepsPerSecond: number): string => stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0);

/** @param goesOn whether a paused run goes on as what was edited since */
export function runLabel(phase: Phase, stale: boolean, goesOn: boolean): string {
  if (phase === 'paused') return stale ? (goesOn ? 'Go on with it' : 'Run edited') : 'Resume';
  if (phase === 'finished') return stale ? 'Run' : 'Run again';
  return phase === 'preparing' ? 'Preparing' : 'Run';
}

type Progress = Pick<RunState, 'phase' | 'detail' | 'step' | 'steps' | 'stepsPerSecond' | 'secondsLeft' | 'result' | 'data'>;

/** Where a run is: "step 120 / 250", or before step 0 "warming up, step 120 of 300". */
export const placeWords = ({ step, steps, data }: Pick<RunState, 'step' | 'steps' | 'data'>, between: string): string => {
  const before = data.warmup?.length ?? 0;
  return step < 0 ? `warming up, step ${number(before + step)} of ${number(before)}` : `step ${number(step)}${between}${number(steps)}`;
};

/** Share of all steps that have been taken, those of warm-ups among them, in percent. */
export function percentTaken({ step, steps, data }: Pick<RunState, 'step' | 'steps' | 'data'>): number {
  const before = data.warmup?.length ?? 0;
  return steps > 0 ? (100 * (before + step)) / (before + steps) : 0;
}

/** "step 120 / 250 · 30 s left · 4.1 steps/s × 12 members": what matters most first, where the line is cut. */
export function progressWords(run: Progress): string {
  const { phase, step, stepsPerSecond, secondsLeft, result, data } = run;
  const members = plural(data.members.length, 'member');
  const at = placeWords(run, ' / ');
  const rate = stepsPerSecond > 0 ? `${rateWords(stepsPerSecond)} steps/s × ${members}` : members;
  switch (phase) {
    case 'idle':
      return run.detail;
    case 'preparing':
      return run.detail;
    case 'running':
      return stepsPerSecond > 0 ? `${at} · ${duration(secondsLeft)} left · ${rate}` : `${at} · ${rate}`;
    case 'paused':
      return `${at} · paused`;
    case 'finished':
      if (result?.stoppedAt !== undefined) return `${at} · stopped`;
      return result
        ? `${plural(step, 'step')} in ${duration(result.timing.seconds)} · ${rateWords(result.timing.stepsPerSecond)} steps/s × ${members}`
        : `${at} · done`;
    case 'failed':
      return `${step > 0 ? `${at} · ` : ''}failed: ${run.detail}`;
  }
}

const BACKENDS = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript', pytorch: 'PyTorch' };

/**
 * "Out of “result.json”, run on 21 November 2026 with WebAssembly (SIMD, 2 threads)"; of a thinned one also what it lacks.
 * @param file null for a run that the Notebook has kept: then with the time of day
 */
export function loadedWords(file: string | null, { finishedAt, environment, thinned }: RunResult): string {
  const date = finishedAt === undefined ? Number.NaN : Date.parse(finishedAt);
  const day = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  const words = new Date(date).toLocaleString('en-GB', file === null ? { ...day, hour: '2-digit', minute: '2-digit' } : day);
  const when = Number.isFinite(date) ? ` on ${words}` : '';
  const backend = BACKENDS[environment.backend] ?? environment.backend;
  const from = file === null ? 'From the Notebook' : file === FROM_LINK ? 'From a link' : `Out of “${file}”`;
  const lacking = thinned && thinned.length > 0 ? `. Thinned to fit a link: without ${listed(thinned)}` : '';
  return `${from}, run${when} with ${backend}${environment.adapter ? ` (${environment.adapter})` : ''}${lacking}`;
}

/** What a screen reader is told now and then. */
export function announcement(run: Progress): string {
  const at = placeWords(run, ' of ');
  switch (run.phase) {
    case 'idle':
      return '';
    case 'preparing':
      return `Preparing: ${run.detail}`;
    case 'running':
      return run.secondsLeft > 0 ? `Running, ${at}, ${duration(run.secondsLeft)} left` : `Running, ${at}`;
    case 'paused':
      return `Paused at ${at}`;
    case 'finished':
      return run.result?.stoppedAt === undefined ? `Finished ${plural(run.steps, 'step')}. The verdict has the result.` : `Stopped at ${at}`;
    case 'failed':
      return '';
  }
}
