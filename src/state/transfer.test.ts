import { describe, expect, it } from 'vitest';
import { termOf } from '../experiment/plan/arms.ts';
import { taskShape } from '@/experiment/networks/describe.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { TaskSpec } from '@/experiment/schema/schema.ts';
import { repair } from './repair.ts';
import { defaultTask } from './tasks.ts';
import { transferKinds, withGuideTask, withInputsOf } from './transfer.ts';

const WIDE = presetExperiment('wide-fcn');
const FIRST = presetExperiment('first-token');

describe('withInputsOf', () => {
  it.each<[TaskSpec['kind'], TaskSpec, object]>([
    ['copy-paste', FIRST.task, { length: 12, vocabulary: 3 }],
    ['reverse', FIRST.task, { length: 12, vocabulary: 3 }],
    ['modular-addition', FIRST.task, { length: 24, modulus: 5 }],
    ['first-token', defaultTask('copy-paste'), { length: 40, vocabulary: 9 }],
    ['associative-recall', { ...FIRST.task, length: 9, vocabulary: 15 } as TaskSpec, { pairs: 4, keys: 8, values: 8 }],
    ['dyck', { ...FIRST.task, vocabulary: 5 } as TaskSpec, { length: 24, brackets: 3 }],
    ['shapes', { ...WIDE.task, size: 20 } as TaskSpec, { size: 20 }],
  ])('makes %s read like the other task', (kind, other, wanted) => {
    const task = withInputsOf(defaultTask(kind), other);
    expect(task).toMatchObject({ kind, ...wanted });
    expect(taskShape(task as TaskSpec).input).toEqual(taskShape(other).input);
  });

  it('knows what cannot be', () => {
    // Five tokens are no pairs of brackets, two bits are not five, images are no sequences, a task drawn in grey has one channel.
    for (const kind of ['dyck', 'parity', 'textures', 'associative-recall', 'copy-paste-official'] as const)
      expect(withInputsOf(defaultTask(kind), FIRST.task), kind).toBeUndefined();
  });
});

it.each([['wide-fcn'], ['first-token'], ['copy-paste'], ['parity'], ['lm-short']])('on %s every kind that is offered is valid, and can be taken back', (id) => {
  const preset = presetExperiment(id);
  const experiment = { ...preset, arms: preset.arms.filter((arm) => !termOf(arm, 'distil')) };
  for (const kind of transferKinds(experiment)) {
    const changed = withGuideTask(experiment, 'trained', kind);
    expect(parseExperiment(changed), kind).toMatchObject({ ok: true });
    expect(repair(changed)).toEqual({ experiment: changed, notes: [] });
  }
  expect(withGuideTask(withGuideTask(WIDE, 'trained', 'shapes'), 'trained', null)).toEqual(WIDE);
});

it('offers what has the same inputs', () => {
  expect(transferKinds(WIDE)).toContain('shapes');
  expect(transferKinds(WIDE)).not.toContain('textures');
  expect(transferKinds(FIRST)).toEqual(['copy-paste', 'reverse', 'modular-addition']);
});

it('follows the experiment when its inputs change', () => {
  const transfer = withGuideTask({ ...FIRST, arms: FIRST.arms.slice(0, 3) }, 'trained', 'copy-paste');
  const longer = { ...transfer, task: { ...transfer.task, length: 30 } as TaskSpec };
  const { experiment, notes } = repair(longer);
  expect(notes).toEqual([]);
  expect(experiment.guides.trained).toMatchObject({ training: { task: { kind: 'copy-paste', length: 15, vocabulary: 3 } } });
  // Half a symbol cannot be copied.
  expect(repair({ ...transfer, task: { ...transfer.task, length: 31 } as TaskSpec }).notes[0]).toMatch(/now trained on the experiment's task/);
});
