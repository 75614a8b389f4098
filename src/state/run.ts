/**
 * The run on screen. Small facts live in the store; the records themselves are in `data`, outside React, and
 * `version` tells when to look again (at most three times a second while events stream in).
 */
import { create } from 'zustand';
import { sourcesAt } from '@/experiment/continuation.ts';
import type { Environment } from '@/experiment/contract/environment.ts';
import type { LabEvent, Phase } from '@/experiment/contract/events.ts';
import type { Failure } from '@/experiment/contract/failure.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import { startStep } from '@/experiment/plan/warmup.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { sameValue } from './paths.ts';
import { RunData } from './runData.ts';

export { RunData } from './runData.ts';

export interface RunState {
  phase: Phase;
  /** One sentence on what is being done, e.g. "training the guide". */
  detail: string;
  environment: Environment | null;
  /** The experiment as it was opened; null when no run is on screen. */
  opened: Experiment | null;
  /** The same with the interventions made since: it determines the curves on screen. */
  experiment: Experiment | null;
  /** Completed steps; below 0 before or in a warm-up. */
  step: number;
  steps: number;
  stepsPerSecond: number;
  secondsLeft: number;
  result: RunResult | null;
  /** The file that the run on screen was read from; null for one that was run here. */
  loadedFrom: string | null;
  /** The shelf knows it by this. */
  id: string;
  /** It came back from the shelf. */
  shownAgain: boolean;
  /** Of one that came back: the kept run that it can go on from, where it was stopped and can. */
  checkpoint: string | null;
  /** The lab holds nothing of it: it was read from a file, shown again, put back after a reset, or is being told again. */
  closed: boolean;
  failure: Failure | null;
  /** Guides that the next run trains here instead of taking the shipped or kept one. */
  retrain: readonly string[];
  version: number;
  data: RunData;
}

/** Milliseconds between two redraws while streaming: three charts at 120 points cost too much more often. */
export const REDRAW_MS = 333;

const emptyRun = {
  id: '',
  opened: null,
  experiment: null,
  step: 0,
  steps: 0,
  stepsPerSecond: 0,
  secondsLeft: 0,
  result: null,
  loadedFrom: null,
  shownAgain: false,
  checkpoint: null,
  closed: false,
  failure: null,
} as const;

export const useRun = create<RunState>()(() => ({
  phase: 'idle',
  detail: '',
  environment: null,
  retrain: [],
  version: 0,
  data: new RunData(null),
  ...emptyRun,
}));

/** Changes gathered since the last flush. */
let pending: Partial<RunState> = {};
let timer: ReturnType<typeof setTimeout> | undefined;
let lastFlush = 0;

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  lastFlush = performance.now();
  const changes = pending;
  pending = {};
  useRun.setState((state) => ({ ...changes, version: state.version + 1 }));
}

function schedule(): void {
  timer ??= setTimeout(flush, Math.max(0, lastFlush + REDRAW_MS - performance.now()));
}

/** Random enough to be nobody else's, in any tab. (`randomUUID` is missing at insecure addresses.) */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Start showing a run of `experiment`, with nothing recorded yet. @param id of the run that it goes on with, if it does */
export function beginRun(experiment: Experiment, id: string = newId()): void {
  pending = {};
  useRun.setState({
    ...emptyRun,
    id,
    opened: experiment,
    experiment,
    step: startStep(experiment),
    steps: experiment.base.steps,
    data: new RunData(experiment),
    phase: 'preparing',
    detail: 'starting',
  });
  flush();
}

/** Where a run that is shown comes from: a file, or the shelf. */
export type ShownFrom = Pick<RunState, 'loadedFrom'> | Pick<RunState, 'id' | 'checkpoint'>;

/** Show a run out of a file or of the shelf: `events` are what was heard of it. What can go on is shown as paused. */
export function showRun(experiment: Experiment, events: readonly LabEvent[], from: ShownFrom): void {
  const again = 'id' in from;
  beginRun(experiment, again ? from.id : newId());
  useRun.setState({ phase: again && from.checkpoint !== null ? 'paused' : 'finished', detail: '', closed: true, shownAgain: again, ...from });
  for (const event of events) applyEvent(event);
  flush();
}

/** Whether it came to its last step; one that was stopped did not. */
export const reachedEnd = (run: Pick<RunState, 'phase' | 'result'>): boolean => run.phase === 'finished' && run.result?.stoppedAt === undefined;

/** The run on screen, if it has come to its end: a reset that was not meant can be taken back. */
export function endedRun(): RunState | null {
  const state = useRun.getState();
  return state.phase === 'finished' && state.result ? state : null;
}

/** Show a run again that was on screen. @param closed whether the lab no longer holds it */
export function putBack({ environment: _e, retrain: _r, version: _v, ...run }: RunState, closed = true): void {
  pending = {};
  useRun.setState({ ...run, closed });
  flush();
}

/** Show the beginning of a run that has ended: it is going to be told again, by events as they were (`playback.ts`). */
export function startReplay({ id, opened, experiment, steps, loadedFrom, shownAgain }: RunState): void {
  pending = {};
  useRun.setState({
    ...emptyRun,
    id,
    opened,
    experiment,
    step: experiment ? startStep(experiment) : 0,
    steps,
    loadedFrom,
    shownAgain,
    closed: true,
    data: new RunData(experiment),
    phase: 'running',
    detail: '',
  });
  flush();
}

/** Show nothing: the state before the first run. */
export function clearRun(): void {
  pending = {};
  useRun.setState({ ...emptyRun, data: new RunData(null), phase: 'idle', detail: '' });
  flush();
}

export function failRun(failure: Failure): void {
  pending = { ...pending, phase: 'failed', failure, detail: failure.message };
  flush();
}

/** Take in one event of the lab. */
export function applyEvent(event: LabEvent): void {
  const { data } = useRun.getState();
  if (data.apply(event)) schedule();
  switch (event.type) {
    case 'backend.chosen':
      pending.environment = event.environment;
      return flush();
    case 'phase.changed':
      pending.phase = event.phase;
      pending.detail = event.detail;
      return flush();
    case 'progress.changed': {
      const { step, steps, stepsPerSecond, secondsLeft } = event;
      Object.assign(pending, { step, steps, stepsPerSecond, secondsLeft });
      return schedule();
    }
    case 'guide.ready':
      pending.retrain = (pending.retrain ?? useRun.getState().retrain).filter((guide) => guide !== event.guide);
      return;
    case 'intervention.applied': {
      const experiment = useRun.getState().opened;
      if (experiment) pending.experiment = { ...experiment, interventions: data.interventions };
      return flush();
    }
    case 'run.rewound':
      pending.step = event.step;
      pending.result = null;
      return flush();
    case 'run.finished':
      pending.result = event.result;
      pending.step = event.result.stoppedAt ?? event.result.experiment.base.steps;
      return flush();
    case 'run.failed':
      return failRun(event.failure);
    default:
  }
}

/** Whether the experiment being edited is another than the one whose curves are on screen. */
export function differsFromRun(edited: Experiment, run: Pick<RunState, 'opened' | 'experiment'>): boolean {
  if (!run.opened) return false;
  // What a person changed while it ran is part of the run: with or without it, it is the same experiment.
  return !sameValue(edited, run.opened) && !sameValue(edited, run.experiment);
}

/** Whether Run goes on with the run on screen instead of beginning one. */
export const wouldResume = (edited: Experiment, run: Pick<RunState, 'phase' | 'opened' | 'experiment'>): boolean =>
  run.phase === 'paused' && !differsFromRun(edited, run);

/**
 * The edited experiment as what the paused run on screen can go on as, with what was changed by hand while it ran: what was
 * edited is only what comes from here on, in forks of it. Null where Run begins a run.
 */
export function goneOnAs(edited: Experiment, run: Pick<RunState, 'phase' | 'opened' | 'experiment' | 'step' | 'closed' | 'checkpoint'>): Experiment | null {
  const { phase, opened, experiment, step, closed, checkpoint } = run;
  if (phase !== 'paused' || step === 0 || !opened || !experiment || (closed && checkpoint === null)) return null;
  const next = sameValue(edited.interventions, opened.interventions) ? { ...edited, interventions: experiment.interventions } : edited;
  return sourcesAt(experiment, next, step) && next;
}

/** Learning rate and guidance as they are now, interventions included. */
export function currentSettings(run: Pick<RunState, 'experiment' | 'step'>): {
  learningRate: number;
  guidance: boolean;
} {
  const settings = { learningRate: run.experiment?.base.learningRate ?? 0, guidance: true };
  for (const { step, set } of run.experiment?.interventions ?? []) {
    if (step <= run.step) Object.assign(settings, set);
  }
  return settings;
}
