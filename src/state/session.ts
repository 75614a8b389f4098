/**
 * The one place that talks to the lab. The page calls these verbs; what happens comes back through the run store.
 * Nothing here throws: what goes wrong is shown as a failure that says what to do.
 */
import type { BackendChoice, Environment } from '@/experiment/contract/environment.ts';
import type { LabEvent, Phase } from '@/experiment/contract/events.ts';
import { toFailure } from '@/experiment/contract/failure.ts';
import type { Inspection, InspectQuestion } from '@/experiment/contract/inspection.ts';
import type { KeptRun, Lab } from '@/experiment/contract/lab.ts';
import type { TaskPreview } from '@/experiment/contract/previews.ts';
import type { StartingPoint } from '@/experiment/contract/startingPoint.ts';
import type { GeneratedText, GenerateOptions } from '@/experiment/contract/texts.ts';
import type { TapSimilarities } from '@/experiment/plan/mapping.ts';
import type { Experiment, Intervention, TaskSpec } from '@/experiment/schema/schema.ts';
import { useAssets } from './assets.ts';
import { useExperiment } from './experiment.ts';
import { claim, nextRunName, orphans, useKeptRuns } from './keptRuns.ts';
import { sameValue } from './paths.ts';
import { usePreferences } from './preferences.ts';
import {
  applyEvent,
  beginRun,
  clearRun,
  differsFromRun,
  endedRun,
  failRun,
  goneOnAs,
  putBack,
  type RunState,
  type ShownFrom,
  showRun,
  useRun,
  wouldResume,
} from './run.ts';
import { checkpointsOnShelf, noteCheckpoint } from './shelf.ts';

export type PreviewSplit = 'train' | 'val';

/** Whether the lab works on the run on screen; one that is told again only looks so. */
const isRunning = (): boolean => useRun.getState().phase === 'running' && !useRun.getState().closed;

export interface SessionSources {
  /** Makes a lab; called on first need and again after a failure. */
  createLab: () => Promise<Lab>;
  /** The experiment being edited, and how to replace it. */
  experiment: () => Experiment;
  edit: (experiment: Experiment) => void;
  backend: () => BackendChoice;
}

export class Session {
  readonly #sources: SessionSources;
  #lab: Promise<Lab> | undefined;
  /** Labs that were ended on purpose: what was asked of them is asked again. */
  readonly #discarded = new WeakSet<Promise<Lab>>();
  /** Grows with every run that is begun or discarded; what belongs to an older one is ignored. */
  #run = 0;
  /** Whether events belong to the run on screen (after a reset, stragglers do not). */
  #listening = false;
  /** The name under which the run in the lab is kept, and how to say that this tab no longer runs it. */
  #kept: { name: string; release: () => void } | null = null;
  /** The run before is on its way out of the lab: nothing may be opened until then. */
  #aside: Promise<boolean> = Promise.resolve(false);

  constructor(sources: SessionSources) {
    this.#sources = sources;
  }

  /**
   * Run what is being edited: resume the open run, go on as what was edited where that only adds what comes from here on,
   * or open anew.
   */
  async run(): Promise<void> {
    const state = useRun.getState();
    if (state.phase === 'preparing' || state.phase === 'running') return;
    const edited = this.#sources.experiment();
    if (wouldResume(edited, state)) return this.resume();
    const next = goneOnAs(edited, state);
    const from = state.closed ? state.checkpoint : this.#kept?.name;
    if (!next || !from) return this.#open((lab) => lab.run());
    this.#sources.edit(next);
    await this.#open((lab) => lab.run(), { experiment: next, resume: from, branches: true });
  }

  /** Go on with the run on screen, whatever has been edited since. */
  async resume(): Promise<void> {
    if (useRun.getState().phase === 'paused') await this.#withOpen(async (lab) => lab.run());
  }

  async pause(): Promise<void> {
    if (isRunning()) await this.#guard(async (lab) => lab.pause());
  }

  /** One step of the run on screen; opens the edited experiment first when there is none. */
  async step(): Promise<void> {
    const state = useRun.getState();
    if (state.phase === 'running') return this.pause();
    if (state.phase === 'paused') {
      await this.#withOpen(async (lab) => lab.run(1));
    } else if (state.phase !== 'preparing') {
      await this.#open((lab) => lab.run(1));
    }
  }

  /**
   * Discard the run. The next one of the same experiment starts from the same weights.
   * @returns what shows a finished run again, while nothing else is on screen; null where none has finished
   */
  async reset(): Promise<(() => void) | null> {
    const ended = endedRun();
    const before = this.#sources.experiment();
    const { phase, opened, experiment } = useRun.getState();
    this.#run++;
    this.#listening = false;
    // What was changed by hand while it ran goes with the run; what came with a link stays.
    if (opened && !sameValue(opened, experiment) && sameValue(this.#sources.experiment(), experiment)) this.#sources.edit(opened);
    // Asked for before the page is idle: what is asked then (another backend) finds no run that holds on to its own.
    const over = this.#giveUp(phase);
    const after = this.#sources.experiment();
    clearRun();
    await over;
    return (
      ended &&
      (() => {
        if (useRun.getState().phase !== 'idle') return;
        if (sameValue(this.#sources.experiment(), after)) this.#sources.edit(before);
        putBack(ended);
      })
    );
  }

  /** Show a run out of a file or of the shelf, in the place of the one on screen, and edit its experiment. */
  async show(experiment: Experiment, events: readonly LabEvent[], from: ShownFrom): Promise<void> {
    this.#letGo();
    showRun(experiment, events, from);
    this.#sources.edit(experiment);
    await this.#aside;
  }

  /** Clear the screen for another experiment. A run that has not ended can go on later. */
  async leave(): Promise<void> {
    this.#letGo();
    clearRun();
    await this.#aside;
  }

  /** Resolves once a run that has left the screen has left the lab, too. */
  get settled(): Promise<unknown> {
    return this.#aside;
  }

  /** Change the learning rate or switch guidance, from the next step on. */
  async intervene(set: Intervention['set']): Promise<void> {
    if (isRunning() || useRun.getState().phase === 'paused') await this.#withOpen(async (lab) => lab.intervene(set));
  }

  /** Choose and check a backend ahead of the first run. @returns null when that failed (the run will say why) */
  async warmUp(backend: BackendChoice = this.#sources.backend()): Promise<Environment | null> {
    try {
      const environment = await (await this.#getLab()).warmUp(backend);
      useRun.setState({ environment });
      return environment;
    } catch (error) {
      const failure = toFailure(error);
      if (useRun.getState().phase === 'idle') useRun.setState({ detail: `${failure.message} ${failure.remedy}` });
      if (!this.#listening) await this.#discardLab();
      return null;
    }
  }

  /** Ask what belongs to no run. Rejects with what the lab rejects with. */
  async ask<T>(question: (lab: Lab) => Promise<T>): Promise<T> {
    const asked = this.#getLab();
    try {
      return await question(await asked);
    } catch (error) {
      // The lab was ended meanwhile (a run was cancelled): the next one answers.
      if (this.#discarded.has(asked)) return this.ask(question);
      throw error;
    }
  }

  /** What an experiment begins with, to be taken along. Rejects with what the lab rejects with. */
  startingPoint(experiment: Experiment): Promise<StartingPoint> {
    return this.ask((lab) => lab.startingPoint(experiment, this.#sources.backend()));
  }

  /** How alike layers are before training. Rejects with what the lab rejects with. */
  similarityBefore(experiment: Experiment, of: { arm: string; guide: string }): Promise<TapSimilarities> {
    return this.ask((lab) => lab.similarityBefore(experiment, of, this.#sources.backend()));
  }

  /** Images of a task; null when they cannot be made. */
  async preview(task: TaskSpec, count: number, split: PreviewSplit = 'train'): Promise<TaskPreview | null> {
    try {
      return await this.ask((lab) => lab.preview(task, count, split));
    } catch (error) {
      // Which files are missing is told where the images would be.
      if (toFailure(error).name !== 'MissingFilesError') console.warn('no preview:', error);
      return null;
    }
  }

  /** What every member of the run on screen writes; null when it cannot be had (no run is open, or it is replaced). */
  generate(options: GenerateOptions): Promise<GeneratedText | null> {
    return this.#askRun('text', (lab) => lab.generate(options));
  }

  /** A step of the run on screen taken apart; null as with `generate`. */
  inspect(question: InspectQuestion): Promise<Inspection | null> {
    return this.#askRun('step', (lab) => lab.inspect(question));
  }

  /** Train a guide here in the next run, even where the page ships or keeps it; again: take that back. */
  trainGuideHere(guide: string): void {
    useRun.setState(({ retrain }) => ({
      retrain: retrain.includes(guide) ? retrain.filter((id) => id !== guide) : [...retrain, guide],
    }));
  }

  /** Look for runs that were cut short with their tab. */
  async findKeptRuns(): Promise<void> {
    try {
      const lab = await this.#getLab();
      const kept = await lab.keptRuns();
      const { offered, surplus } = await orphans(kept, this.#kept?.name ?? '', await checkpointsOnShelf());
      useKeptRuns.setState({ runs: offered, names: new Set(kept.filter((run) => !surplus.includes(run)).map(({ name }) => name)) });
      for (const { name } of surplus) await lab.forgetRun(name);
    } catch (error) {
      console.warn('kept runs were not looked for:', error);
    }
  }

  /** Go on with a run that was cut short; it takes the place of the one on screen. */
  async continueKeptRun({ name, experiment }: KeptRun): Promise<void> {
    useKeptRuns.setState(({ runs }) => ({ runs: runs.filter((run) => run.name !== name) }));
    const opened = this.#open((lab) => lab.run(), { experiment, resume: name });
    this.#sources.edit(experiment);
    await opened;
  }

  async forgetKeptRun({ name }: KeptRun): Promise<void> {
    useKeptRuns.setState(({ runs }) => ({ runs: runs.filter((run) => run.name !== name) }));
    await this.#guard(async (lab) => lab.forgetRun(name));
  }

  /** Ask what belongs to the run on screen; null when it cannot be had. */
  async #askRun<T>(what: string, question: (lab: Lab) => Promise<T>): Promise<T | null> {
    const run = this.#run;
    try {
      const answer = await question(await this.#getLab());
      return run === this.#run ? answer : null;
    } catch (error) {
      if (run === this.#run) console.warn(`no ${what}:`, error);
      return null;
    }
  }

  /** Let go of the run that is open in the lab, if one is. */
  #giveUp(phase: Phase): Promise<void> | undefined {
    // Preparing cannot be interrupted from outside: end the lab instead, the next run starts a new one.
    if (phase === 'preparing' || phase === 'failed') return this.#discardLab();
    const open = phase !== 'idle' && !useRun.getState().closed;
    return open ? this.#guard(async (lab) => void (await lab.close())) : undefined;
  }

  /** The run on screen leaves it: what is told of it is no longer heard. What is open in the lab is set aside. */
  #letGo(): void {
    const before = useRun.getState();
    this.#run++;
    this.#listening = false;
    this.#aside = this.#setAside(before);
  }

  /**
   * Close what is open in the lab; a run that has not ended stays in this browser, and the shelf can go on from there.
   * @returns whether a run stays
   */
  async #setAside({ phase, closed, id }: RunState): Promise<boolean> {
    if (phase === 'preparing' || phase === 'failed') await this.#discardLab();
    if (phase === 'preparing' || phase === 'failed' || phase === 'idle' || closed) return false;
    try {
      const lab = await this.#getLab();
      const kept = this.#kept;
      const stays = (await lab.close(phase !== 'finished')) && kept !== null;
      if (stays) {
        useKeptRuns.setState(({ names }) => ({ names: new Set([...(names ?? []), kept.name]) }));
        noteCheckpoint(id, kept.name);
      }
      kept?.release();
      return stays;
    } catch {
      // Its result so far is on the shelf; the next run begins with a lab that works.
      await this.#discardLab();
      return false;
    }
  }

  /** Do something with the run on screen. One that was shown again is opened before, where it was stopped. */
  async #withOpen(action: (lab: Lab) => Promise<void>): Promise<void> {
    const { closed, checkpoint, experiment, id } = useRun.getState();
    if (!closed || checkpoint === null || !experiment) return this.#guard(action);
    await this.#open(action, { experiment, resume: checkpoint, id });
  }

  async dispose(): Promise<void> {
    this.#run++;
    await this.#discardLab();
  }

  /**
   * Open an experiment in the lab, in the place of what is there, and go on with `then`.
   * @param again a kept run that goes on, and what the shelf knows it by; one that branches off stays as it is beside it
   */
  async #open(then: (lab: Lab) => Promise<void>, again?: { experiment: Experiment; resume: string; id?: string; branches?: boolean }): Promise<void> {
    const { closed } = useRun.getState();
    this.#letGo();
    const run = this.#run;
    const name = again && !again.branches ? again.resume : nextRunName();
    const experiment = structuredClone(again?.experiment ?? this.#sources.experiment());
    beginRun(experiment, again?.id);
    const stays = await this.#aside;
    if (run !== this.#run) return;
    // Where this browser could not keep the run, its steps are made once more: the same ones.
    const resume = again?.branches && !closed && !stays ? undefined : again?.resume;
    await this.#guard(async (lab) => {
      this.#kept = { name, release: claim(name) };
      this.#listening = true;
      await lab.open(experiment, {
        backend: this.#sources.backend(),
        retrain: [...useRun.getState().retrain],
        keepAs: name,
        ...(resume !== undefined && { resume }),
      });
      if (run === this.#run) await then(lab);
    }, run);
  }

  /** Do something with the lab; a rejection becomes a failure, unless the run it belongs to is gone. */
  async #guard(action: (lab: Lab) => Promise<void>, run = this.#run): Promise<void> {
    try {
      const lab = await this.#getLab();
      if (run === this.#run) await action(lab);
    } catch (error) {
      if (run !== this.#run) return;
      // A `run.failed` event may have told more already.
      if (useRun.getState().phase !== 'failed') failRun(toFailure(error));
    }
  }

  #getLab(): Promise<Lab> {
    if (this.#lab) return this.#lab;
    const created = this.#sources.createLab().then((lab) => {
      lab.subscribe((event) => this.#hear(event));
      return lab;
    });
    // A lab that could not be made (the script did not load) is tried anew next time.
    created.catch(() => {
      if (this.#lab === created) this.#lab = undefined;
    });
    this.#lab = created;
    return created;
  }

  #hear(event: LabEvent): void {
    if (event.type === 'files.progress') useAssets.setState({ progress: event });
    if (!this.#listening && event.type !== 'backend.chosen') return;
    const before = useRun.getState();
    const edited = this.#sources.experiment();
    applyEvent(event);
    const { experiment } = useRun.getState();
    // Link and JSON of the edited experiment follow what is changed while it runs, unless it was edited otherwise.
    if (event.type === 'intervention.applied' && experiment && !differsFromRun(edited, before)) this.#sources.edit(experiment);
  }

  async #discardLab(): Promise<void> {
    const lab = this.#lab;
    if (lab) this.#discarded.add(lab);
    this.#lab = undefined;
    this.#listening = false;
    try {
      await (await lab)?.dispose();
    } catch {
      // It is gone either way.
    }
  }
}

/** The page's own session. The worker's code is fetched when a lab is first needed, not with the page. */
export const session = new Session({
  createLab: async () => (await import('@/worker/client.ts')).createWorkerLab(),
  experiment: () => useExperiment.getState().experiment,
  edit: (experiment) => useExperiment.getState().replace(experiment),
  backend: () => usePreferences.getState().backend,
});
