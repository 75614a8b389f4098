import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../parse.ts';
import { findPreset } from '../presets/presets.ts';
import type { ArmSpec, Experiment, TaskSpec, WarmupSpec } from '../schema/schema.ts';
import { missingAssets } from './assetRefs.ts';
import { armGroups, cost, withSteps } from './plan.ts';
import { stepsBefore, warmupEvaluations, warmupExperiment, warmupSteps } from './warmup.ts';

const preset = (id: string): Experiment => structuredClone(findPreset(id)?.experiment) as Experiment;
const WIDE = preset('wide-fcn');
const RECALL = preset('first-token');

const NOISE: WarmupSpec = { steps: 40, inputs: 'smooth-noise', loss: 'align', keepOptimiser: false };
const arm = (experiment: Experiment, id: string, warmup?: Partial<WarmupSpec>): ArmSpec => ({
  id,
  name: id,
  terms: [{ kind: 'align', guide: Object.keys(experiment.guides)[0], weight: 2, course: { kind: 'until', step: 0 } }],
  ...(warmup && { warmup: { ...NOISE, ...warmup } }),
});
const withArms = ({ asks: _, ...experiment }: Experiment, ...arms: ArmSpec[]): Experiment => ({ ...experiment, arms });
const problems = (experiment: Experiment, warmup: Partial<WarmupSpec>, terms?: ArmSpec['terms']) => {
  const parsed = parseExperiment(withArms(experiment, { ...arm(experiment, 'warm', warmup), ...(terms && { terms }) }));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
};

describe('warm-ups', () => {
  it('end together at step 0, and are evaluated where each begins and as often as in training', () => {
    const experiment = withArms({ ...WIDE, base: { ...WIDE.base, evaluateEvery: 25 } }, arm(WIDE, 'plain'), arm(WIDE, 'a', {}), arm(WIDE, 'b', { steps: 60 }));
    expect(warmupSteps(experiment)).toBe(60);
    expect([...stepsBefore(experiment).values()]).toEqual([0, 40, 60]);
    expect([...warmupEvaluations(experiment)].sort((x, y) => x - y)).toEqual([-60, -50, -40, -25]);
    expect(warmupEvaluations(withArms(WIDE, arm(WIDE, 'zero', { steps: 0 })))).toEqual(new Set());
  });

  it('are of neighbours trained together only where they are one program on the same inputs', () => {
    const arms = [arm(WIDE, 'plain'), arm(WIDE, 'zero', { steps: 0 }), arm(WIDE, 'a', {}), arm(WIDE, 'b', { learningRate: 0.1 }), arm(WIDE, 'c', { steps: 9 })];
    expect(armGroups(withArms(WIDE, ...arms)).map((group) => group.map(({ id }) => id))).toEqual([['plain', 'zero'], ['a', 'b'], ['c']]);
  });

  it('align at full weight throughout, at a constant rate of their own', () => {
    const alone = warmupExperiment(WIDE, [arm(WIDE, 'a', { learningRate: 0.5 }), arm(WIDE, 'b', { loss: 'task' })]);
    expect(alone.arms.map(({ learningRate }) => learningRate)).toEqual([0.5, WIDE.base.learningRate]);
    expect(alone.arms.map(({ terms }) => terms)).toEqual([[{ kind: 'align', guide: Object.keys(WIDE.guides)[0], weight: 2 }], []]);
    expect(alone.base.schedule).toEqual({ kind: 'constant' });
  });

  it('are counted in time and memory', () => {
    const flops = (...arms: ArmSpec[]) => cost(withArms(WIDE, ...arms)).flops;
    const without = flops(arm(WIDE, 'a'));
    const [forty, eighty] = [40, 80].map((steps) => flops(arm(WIDE, 'a', { steps })) - without);
    expect(forty).toBeGreaterThan(0);
    const evaluated = WIDE.base.evaluateEvery;
    expect(eighty / forty).toBeGreaterThan(evaluated > 80 ? 1.5 : 1.9);
    expect(flops(arm(WIDE, 'a', { steps: 0 }))).toBe(without);
    // A guide that reads noise runs at every step: aligning costs more than the labels of the same examples.
    const own = { inputs: WIDE.task, loss: 'task' } as const;
    expect(flops(arm(WIDE, 'a', {}))).toBeGreaterThan(flops(arm(WIDE, 'a', own)));
    const bytes = (...arms: ArmSpec[]) => cost(withArms(WIDE, ...arms)).bytes;
    expect(bytes(arm(WIDE, 'a', own))).toBeGreaterThan(bytes(arm(WIDE, 'a', {})));
  });

  it('shrink with the steps of the experiment', () => {
    const short = withSteps(withArms(WIDE, arm(WIDE, 'a', {}), arm(WIDE, 'b')), WIDE.base.steps / 10);
    expect(short.arms.map(({ warmup }) => warmup?.steps)).toEqual([4, undefined]);
  });

  it('wait for the files of the tasks that they read', () => {
    const files = preset('cifar').task;
    expect(missingAssets(withArms(WIDE, arm(WIDE, 'a', { inputs: files })), []).map(({ kind }) => kind)).toEqual(['images']);
  });
});

describe('a warm-up that cannot work', () => {
  it.each<[string, Experiment, Partial<WarmupSpec>, string]>([
    ['tokens of images', WIDE, { inputs: 'random-tokens' }, 'arms.0.warmup.inputs must be white-noise'],
    ['white noise of tokens', RECALL, { inputs: 'white-noise' }, 'arms.0.warmup.inputs must be random-tokens'],
    ['labels of noise', WIDE, { loss: 'both' }, 'arms.0.warmup.loss must be align for inputs without labels ("smooth-noise")'],
    ['labels of inputs that leave them out', RECALL, { inputs: 'training', loss: 'task' }, 'arms.0.warmup.loss must be align'],
    ['another size', WIDE, { inputs: { ...WIDE.task, size: 12 } as TaskSpec }, 'arms.0.warmup.inputs has inputs of another shape: images of 12×12×3'],
    ['sequences for images', WIDE, { inputs: RECALL.task }, 'arms.0.warmup.inputs has inputs of another shape: tokens of'],
    ['more tokens', RECALL, { inputs: { ...RECALL.task, vocabulary: 60 } as TaskSpec }, 'arms.0.warmup.inputs has 61 tokens: the target can read'],
    ['several steps too many', WIDE, { steps: 100_001 }, 'arms.0.warmup.steps must be at most 100000'],
  ])('is refused: %s', (_, experiment, warmup, message) => {
    const [first = ''] = problems(experiment, warmup);
    expect(first.slice(0, message.length)).toBe(message);
  });

  it('says what the head cannot answer', () => {
    const { train, val, seed, length } = RECALL.task as Extract<TaskSpec, { kind: 'first-token' }>;
    const dyck = { kind: 'dyck', length: 2 * Math.floor(length / 2), brackets: 2, train, val, seed } as const;
    const fitting = { ...RECALL, task: { ...RECALL.task, length: dyck.length } as TaskSpec };
    expect(problems(fitting, { inputs: dyck })).toEqual([]);
    expect(problems(fitting, { inputs: dyck, loss: 'both' })).toEqual([
      'arms.0.warmup.inputs asks for an answer at every token: the target gives one answer a sequence',
    ]);
    const sum = { kind: 'modular-addition', length: dyck.length, modulus: 3, train, val, seed } as const;
    expect(problems(fitting, { inputs: sum, loss: 'task' }, [])).toEqual([]);
  });

  it('needs guidance to align to', () => {
    expect(problems(WIDE, {}, [])).toEqual(['arms.0.warmup.loss needs guidance: the arm has no alignment term for "align"']);
    expect(problems(WIDE, { steps: 0 }, [])).toEqual([]);
  });
});
