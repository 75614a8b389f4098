/**
 * The page without a page: the command line opens it in a headless Chromium, hands over an experiment and reads
 * the result. The lab and its worker are those of the real page.
 */
import { withPath } from './experiment/link.ts';
import { pairsBySimilarity } from './experiment/plan/pairs.ts';
import { withChosen } from './experiment/plan/assetRefs.ts';
import type { BackendChoice, BackendStep } from './experiment/contract/environment.ts';
import type { LabEvent } from './experiment/contract/events.ts';
import type { Lab, OpenOptions } from './experiment/contract/lab.ts';
import { type Failure, toFailure } from './experiment/contract/failure.ts';
import { parseExperiment } from './experiment/parse.ts';
import { formatProblem } from './experiment/schema/problem.ts';
import type { RunResult } from './experiment/contract/result.ts';
import type { Experiment } from './experiment/schema/schema.ts';
import { torchFiles } from './export/torch/files.ts';
import { createWorkerLab } from './worker/client.ts';

/** What the command line shows while it waits: events without their arrays. */
export type Progress =
  | { type: 'backend'; backend: string; adapter: string; software: boolean; steps: BackendStep[]; selfCheck: string }
  | { type: 'phase'; phase: string; detail: string }
  | { type: 'guide'; guide: string; step: number; steps: number }
  | { type: 'guide.ready'; guide: string; seed: number; source: string; valMetric: number }
  | { type: 'step'; step: number; steps: number; stepsPerSecond: number; secondsLeft: number }
  | { type: 'diverged'; arm: string; seed: number; step: number };

export interface HeadlessOptions extends OpenOptions {
  /** Pair each arm's layers by how alike they are before training, in the place of its mapping. */
  mapBySimilarity?: boolean;
}

export type HeadlessOutcome = { ok: true; result: RunResult } | { ok: false; failure: Failure };

declare global {
  interface Window {
    /** @param paths by data set: of the files in `#files`, in order. They are taken in first, and fill the places that the experiment keeps. */
    runExperiment(experiment: Experiment, options: HeadlessOptions, paths?: string[][]): Promise<HeadlessOutcome>;
    /** Hand the files of its export to `writeExported`. @param paths as of `runExperiment` @returns why it cannot be exported, or null */
    exportExperiment(experiment: Experiment, backend: BackendChoice, paths: string[][]): Promise<Failure | null>;
    /** Put here by the command line, as the following. */
    writeExported?(path: string, base64: string): Promise<void>;
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
    case 'files.progress':
      return { type: 'phase', phase: event.activity, detail: event.name };
    default:
      return null;
  }
}

/** @throws {Error} with what is wrong, in sentences */
function checked(data: unknown): Experiment {
  const parsed = parseExperiment(data);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

/** The experiment with pairs of its own in every term of alignment. */
async function mappedBySimilarity(experiment: Experiment, lab: Lab, { backend }: OpenOptions): Promise<Experiment> {
  let mapped: unknown = experiment;
  for (const { id, terms } of experiment.arms) {
    for (const [t, term] of terms.entries()) {
      if (term.kind !== 'align') continue;
      window.reportProgress?.({ type: 'phase', phase: 'comparing', detail: `layers of "${id}" and of the guide "${term.guide}"` });
      const similarities = await lab.similarityBefore(experiment, { arm: id, guide: term.guide }, backend);
      mapped = withPath(mapped, `arms.${id}.terms.${t}.mapping`, pairsBySimilarity(experiment, term.guide, similarities));
    }
  }
  return checked(mapped);
}

/** The experiment with the files that it waits for. @throws {LabError} when a data set is none */
async function withFiles(experiment: Experiment, lab: Lab, paths: string[][]): Promise<Experiment> {
  const files = [...(document.querySelector<HTMLInputElement>('#files')?.files ?? [])];
  let filled = experiment;
  for (const names of paths) {
    const asset = await lab.addFiles(names.map((path) => ({ path, blob: files.shift() as File })));
    for (const note of asset.notes) window.reportProgress?.({ type: 'phase', phase: asset.name, detail: note });
    filled = withChosen(filled, asset);
  }
  return checked(filled);
}

window.runExperiment = async (experiment, { mapBySimilarity, ...options }, paths = []) => {
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
    const whole = await withFiles(experiment, lab, paths);
    await lab.open(mapBySimilarity ? await mappedBySimilarity(whole, lab, options) : whole, options);
    await lab.run();
    return await outcome;
  } catch (error) {
    return { ok: false, failure: toFailure(error, '') };
  } finally {
    await lab.dispose();
  }
};

/** Bytes as text that crosses to the command line. */
function base64(content: string | Uint8Array<ArrayBuffer>): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const PIECE = 2 ** 15;
  let text = '';
  for (let from = 0; from < bytes.length; from += PIECE) text += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  return btoa(text);
}

window.exportExperiment = async (experiment, backend, paths) => {
  const lab = createWorkerLab();
  try {
    const whole = await withFiles(experiment, lab, paths);
    const files = torchFiles(whole, await lab.startingPoint(whole, backend));
    for (const [path, content] of Object.entries(files)) await window.writeExported?.(path, base64(content));
    return null;
  } catch (error) {
    return toFailure(error, '');
  } finally {
    await lab.dispose();
  }
};
