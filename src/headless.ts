/**
 * The page without a page: the command line opens it in a headless Chromium, hands over an experiment and reads
 * the result. The lab and its worker are those of the real page.
 */
import type { BackendStep, LabEvent, OpenOptions } from './experiment/events.ts';
import type { RunResult } from './experiment/result.ts';
import type { Experiment } from './experiment/schema.ts';
import { createWorkerLab } from './worker/client.ts';

/** What the command line shows while it waits: events without their arrays. */
export type Progress =
  | { type: 'backend'; backend: string; adapter: string; software: boolean; steps: BackendStep[]; selfCheck: string }
  | { type: 'phase'; phase: string; detail: string }
  | { type: 'guide'; guide: string; step: number; steps: number }
  | { type: 'guide.ready'; guide: string; seed: number; source: string; valMetric: number }
  | { type: 'step'; step: number; steps: number; stepsPerSecond: number; secondsLeft: number }
  | { type: 'diverged'; arm: string; seed: number; step: number };

export type HeadlessOutcome =
  | { ok: true; result: RunResult }
  | { ok: false; failure: { name: string; message: string; remedy: string } };

declare global {
  interface Window {
    runExperiment(experiment: Experiment, options: OpenOptions): Promise<HeadlessOutcome>;
    /** Put here by the command line. */
    reportProgress?(progress: Progress): void;
  }
}

function progressOf(event: LabEvent): Progress | null {
  switch (event.type) {
    case 'backend.chosen': {
      const { backend, adapter, software, steps, selfCheck } = event.environment;
      const { passed, worstError, worstKernel, seconds, cached } = selfCheck;
      const text = `${passed ? 'passed' : 'failed'}${cached ? ' before' : ` in ${seconds.toFixed(1)} s`}, largest error ${worstError.toExponential(1)} (${worstKernel})`;
      return { type: 'backend', backend, adapter, software, steps, selfCheck: text };
    }
    case 'phase.changed':
      return { type: 'phase', phase: event.phase, detail: event.detail };
    case 'guide.progress':
      return { type: 'guide', guide: event.guide, step: event.step, steps: event.steps };
    case 'guide.ready':
      return { type: 'guide.ready', guide: event.guide, seed: event.seed, source: event.source, valMetric: event.valMetric };
    case 'progress.changed':
      return { type: 'step', step: event.step, steps: event.steps, stepsPerSecond: event.stepsPerSecond, secondsLeft: event.secondsLeft };
    case 'member.diverged':
      return { type: 'diverged', arm: event.arm, seed: event.seed, step: event.step };
    default:
      return null;
  }
}

window.runExperiment = async (experiment, options) => {
  const lab = createWorkerLab();
  try {
    const outcome = new Promise<HeadlessOutcome>((resolve) => {
      lab.subscribe((event) => {
        const progress = progressOf(event);
        if (progress) window.reportProgress?.(progress);
        if (event.type === 'run.finished') resolve({ ok: true, result: event.result });
        if (event.type === 'run.failed') resolve({ ok: false, failure: event.failure });
      });
    });
    await lab.open(experiment, options);
    await lab.run();
    return await outcome;
  } catch (error) {
    const { name, message, remedy = '' } = error as Error & { remedy?: string };
    return { ok: false, failure: { name, message, remedy } };
  } finally {
    await lab.dispose();
  }
};
