import { beforeEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '@/experiment/parse.ts';
import { questionOf } from '@/experiment/question.ts';
import { findPreset, PRESETS } from '@/experiment/presets/presets.ts';
import { type Experiment, isImageTask, taskSchema } from '@/experiment/schema/schema.ts';
import { useExperiment } from './experiment.ts';
import { withGuideState } from './networks.ts';
import { repair } from './repair.ts';
import { changesInputs, defaultTask, familiesFor, type TaskKind, withTaskKind } from './tasks.ts';

const KINDS = taskSchema.options.map((option) => option.shape.kind.value) as TaskKind[];
const preset = (id: string) => findPreset(id)?.experiment as Experiment;
const changed = (experiment: Experiment, kind: TaskKind) => repair(withTaskKind(experiment, kind), experiment).experiment;
const valid = (experiment: Experiment) => expect(parseExperiment(experiment)).toMatchObject({ ok: true });

describe('withTaskKind', () => {
  it.each(PRESETS.flatMap(({ id }) => KINDS.map((kind) => [id, kind] as const)))('from %s to %s is valid', (id, kind) => {
    const next = changed(preset(id), kind);
    valid(next);
    expect(next.task.kind).toBe(kind);
    expect(next.arms.map((arm) => arm.id)).toEqual(preset(id).arms.map((arm) => arm.id));
    expect(familiesFor(next.task)).toContain(next.target.family);
  });

  it('keeps the networks where they can read the new task, and takes its own amounts of data', () => {
    const { task, ...rest } = changed(preset('first-token'), 'copy-paste');
    const { task: _, ...before } = preset('first-token');
    const { asks } = before;
    expect(rest).toEqual({ ...before, asks: { ...asks, by: 'final' } });
    expect(task).toMatchObject({ val: 1024, train: 'fresh' });
    const wide = preset('wide-fcn').task;
    expect(changed({ ...preset('wide-fcn'), task: { ...wide, train: 167, noise: 0.3 } as Experiment['task'] }, 'shapes').task).toEqual({
      ...wide,
      noise: 0.3,
      kind: 'shapes',
    });
    const few = { ...preset('first-token'), task: { ...preset('first-token').task, train: 167, seed: 4 } as Experiment['task'] };
    expect(changed(few, 'copy-paste').task).toMatchObject({ train: 'fresh', seed: 4 });
  });

  it('keeps of an image task what the other kind knows and allows', () => {
    const digits = { ...preset('shapes').task, kind: 'digits', classes: 10, clutter: 3, elastic: 0.1 } as Experiment['task'];
    const { task } = withTaskKind({ ...preset('shapes'), task: digits }, 'shapes');
    expect(task).toEqual({ ...preset('shapes').task, clutter: 3 });
    expect(withTaskKind({ ...preset('shapes'), task: { ...digits, classes: 4 } as Experiment['task'] }, 'textures').task).toEqual({
      ...preset('shapes').task,
      kind: 'textures',
      classes: 4,
    });
  });

  it('asks a preset’s own question only on the preset’s task, and leaves another question alone', () => {
    const own = preset('wide-fcn').question;
    const other = changed(preset('wide-fcn'), 'digits');
    expect(questionOf(other)).toBe('Does guided beat unguided on “Digits”, with a trained ResNet as guide?');
    expect(questionOf(changed(other, 'textures'))).toBe(own);
    expect(questionOf(changed({ ...preset('wide-fcn'), question: 'And on digits?' }, 'digits'))).toBe('And on digits?');
    expect(questionOf(changed(preset('wide-fcn'), 'first-token'))).toBe(
      'Does guided beat unguided on “First token”, in an RNN, with a trained Transformer as guide?',
    );
  });

  it('takes the networks and the training of a preset between images and sequences', () => {
    const next = changed(preset('wide-fcn'), 'first-token');
    expect(next.target).toEqual(preset('first-token').target);
    // The weight that suits these networks.
    expect(next.arms[1].terms).toEqual([{ kind: 'align', guide: 'trained', weight: 1 }]);
    expect(next.base).toEqual(preset('first-token').base);
    expect(next.guides).toEqual({
      trained: preset('first-token').guides.trained,
      untrained: preset('first-token').guides.untrained,
    });
    const back = changed(preset('first-token'), 'textures');
    expect(back.target.family).toBe('fcn');
    // An initialisation of recurrent networks only.
    expect(back.arms.at(-1)).toEqual({ id: 'unguided-good-init', name: 'Unguided, good initialisation', terms: [] });
  });

  it('can be taken back in one step', () => {
    useExperiment.getState().replace(preset('wide-fcn'));
    const { update, undo } = useExperiment.getState();
    expect(update((experiment) => withTaskKind(experiment, 'parity'))).toEqual([]);
    expect(isImageTask(useExperiment.getState().experiment.task)).toBe(false);
    undo();
    expect(useExperiment.getState().experiment).toEqual(preset('wide-fcn'));
    expect(update((experiment) => withTaskKind(experiment, 'digits'))).toEqual([]);
    expect(questionOf(useExperiment.getState().experiment)).not.toBe(preset('wide-fcn').question);
    undo();
    expect(useExperiment.getState().experiment).toEqual(preset('wide-fcn'));
  });
});

it('tells when the inputs change', () => {
  expect(changesInputs(defaultTask('textures'), 'shapes')).toBe(false);
  expect(changesInputs(defaultTask('textures'), 'dyck')).toBe(true);
  expect(changesInputs(defaultTask('reverse'), 'dyck')).toBe(false);
});

it('trains a guide on sequences by the recipe for sequences', () => {
  const next = withGuideState(preset('first-token'), 'untrained', 'trained');
  valid(next);
  expect(next.guides['trained-2']).toMatchObject({ network: { family: 'transformer' }, training: { clipNorm: 1 } });
});

describe('a guide with a task of its own', () => {
  beforeEach(() => useExperiment.getState().replace(preset('parity')));
  const own = () => {
    const guide = useExperiment.getState().experiment.guides.trained;
    return guide.state === 'trained' ? guide.training.task : undefined;
  };

  it('follows the length of the experiment', () => {
    expect(useExperiment.getState().set('task.length', 14)).toEqual([]);
    expect(own()).toMatchObject({ kind: 'parity', length: 14, labels: 'prefix' });
  });

  it('is trained on the experiment’s where its own gives other inputs', () => {
    expect(useExperiment.getState().update((experiment) => withTaskKind(experiment, 'dyck'))).toEqual([]);
    expect(own()).toBeUndefined();
    expect(useExperiment.getState().notes).toHaveLength(1);
  });
});
