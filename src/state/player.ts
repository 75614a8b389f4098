/**
 * A finished run told again, as if it ran: for a room in which there is no time, or no machine, to run it. What was
 * recorded goes through the run store in the order in which it was measured, so that charts, picture and verdict are
 * those of a run; only the clock is another one. Nothing is computed.
 */
import type { LabEvent, TrainingRecords } from '@/experiment/contract/events.ts';
import { readResult } from '@/experiment/contract/readResult.ts';
import { STEP_QUANTITIES } from '@/experiment/series.ts';
import { usePlayback } from './playback.ts';
import { applyEvent, endedRun, putBack, type RunData, type RunState, startReplay, useRun } from './run.ts';

const TICK_MS = 100;

interface Player {
  ended: RunState;
  /** What it fills; another one in the store means that something else is on screen. */
  data: RunData;
  records: TrainingRecords | null;
  /** Everything else but the end, in order, with the step at which it is told. */
  events: { at: number; event: LabEvent }[];
  told: number;
  /** Share of the run that has been told, 0 to 1. */
  position: number;
  /** When that was, on the clock of `performance`. */
  since: number;
  timer: ReturnType<typeof setInterval>;
}

let player: Player | null = null;

/** Steps `from` to `to` of what was recorded, both included. */
function slice({ series }: TrainingRecords, from: number, to: number, width: number): TrainingRecords {
  const part = STEP_QUANTITIES.map((id) => [id, series[id].slice((from - 1) * width, to * width)]);
  return { firstStep: from, count: to - from + 1, series: Object.fromEntries(part) as TrainingRecords['series'] };
}

function stepOf(event: LabEvent): number {
  if (event.type === 'evaluation.recorded') return event.record.step;
  if (event.type === 'training.recorded') return event.records.firstStep;
  return event.type === 'member.diverged' ? event.step : 0;
}

/** What was recorded of training proper; that of warm-ups is told before it, at once. */
const isTraining = (event: LabEvent): event is Extract<LabEvent, { type: 'training.recorded' }> =>
  event.type === 'training.recorded' && event.records.firstStep > 0;

/** Tell the finished run on screen from its beginning. @returns what is in the way, in a sentence; or null */
export function playBack(seconds: number = usePlayback.getState().seconds): string | null {
  const ended = endedRun();
  if (!ended?.result) return 'There is no finished run on screen.';
  const read = readResult(ended.result, ended.result.experiment);
  if (!read.ok) return `This run cannot be played back: ${read.message}.`;
  const records = read.events.find(isTraining)?.records ?? null;
  const events = read.events
    .filter((event) => !isTraining(event) && event.type !== 'run.finished')
    .map((event) => ({ at: stepOf(event), event }))
    // Stable: what happened at the same step stays in order.
    .sort((a, b) => a.at - b.at);
  stop();
  startReplay(ended);
  player = { ended, data: useRun.getState().data, records, events, told: 0, position: 0, since: performance.now(), timer: setInterval(tick, TICK_MS) };
  const { seconds: took } = ended.result.timing;
  usePlayback.setState({ status: 'playing', seconds, recordedSeconds: took > 0 ? took : null });
  tick();
  return null;
}

export function pausePlayback(): void {
  if (usePlayback.getState().status !== 'playing') return;
  tick();
  if (player) usePlayback.setState({ status: 'paused' });
}

export function resumePlayback(): void {
  if (!player || usePlayback.getState().status !== 'paused') return;
  player.since = performance.now();
  usePlayback.setState({ status: 'playing' });
}

/** Another speed from here on. @param seconds for the whole run */
export function setPlaybackLength(seconds: number): void {
  tick();
  usePlayback.setState({ seconds });
}

/** Jump to the end: the run is on screen as it was before. */
export function endPlayback(): void {
  const ended = player?.ended;
  const here = player !== null && useRun.getState().data === player.data;
  stop();
  if (ended && here) putBack(ended, ended.closed);
}

/** No more of it; what is on screen stays. */
function stop(): void {
  if (player) clearInterval(player.timer);
  player = null;
  usePlayback.setState({ status: 'off' });
}

function tick(): void {
  if (!player) return;
  // Reset, or something else was opened.
  if (useRun.getState().data !== player.data) return stop();
  const { status, seconds } = usePlayback.getState();
  const now = performance.now();
  if (status === 'playing') player.position = Math.min(1, player.position + (now - player.since) / (1000 * seconds));
  player.since = now;
  const { steps } = useRun.getState();
  const step = Math.floor(player.position * steps);
  tellSteps(player, step);
  for (let next = player.events[player.told]; next && next.at <= step; next = player.events[player.told]) {
    player.told++;
    applyEvent(next.event);
  }
  applyEvent({ type: 'progress.changed', step, steps, stepsPerSecond: 0, secondsLeft: (1 - player.position) * seconds });
  if (player.position >= 1) endPlayback();
}

function tellSteps({ data, records }: Player, step: number): void {
  if (records && step > data.trainedSteps) applyEvent({ type: 'training.recorded', records: slice(records, data.trainedSteps + 1, step, data.members.length) });
}
