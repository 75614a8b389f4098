/** Arms of several terms, told by the curves they give. */
import { describe, expect, it } from 'vitest';
import type { Course, Experiment, MappingSpec, Term, TermOf } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const align = (mapping: MappingSpec, weight = 4, guide = 'untrained'): Term => ({ kind: 'align', guide, weight, mapping });
const distil = (kdWeight: number, guide = 'untrained'): Term => ({ kind: 'distil', guide, temperature: 2, ceWeight: 0, kdWeight, direction: 'forward' });
const during = (course: Course): Term => ({ ...(distil(1) as TermOf<'distil'>), course });
const first = { guide: 'stem', target: 'linear1' };
const second = { guide: 'block3.conv2', target: 'linear2' };

const TERMS: Record<string, Term[]> = {
  none: [],
  'both pairs': [align([first, second])],
  'a term each': [align([first]), align([second])],
  'one pair': [align([first])],
  'a pair of weight 0': [align([first, { ...second, weight: 0 }])],
  'half the weight': [align([first, { ...second, weight: 0.5 }])],
  'twice the rest': [align([{ ...first, weight: 2 }, second], 2)],
  'two guides': [align([first]), align([first], 4, 'trained')],
  'two guides, the other first': [align([first], 4, 'trained'), align([first])],
  'the trained one': [align([first], 4, 'trained')],
  distilled: [distil(1)],
  'distilled in halves': [distil(0.5), distil(0.5)],
  'both kinds': [distil(1), align([first])],
  'distilled at first': [during({ kind: 'until', step: 2 })],
  'distilled at every other step': [during({ kind: 'every', steps: 2 })],
  'distilled less and less': [during({ kind: 'decay', shape: 'linear', steps: 4 })],
  'distilled later': [{ ...(distil(1) as TermOf<'distil'>), ceWeight: 1, course: { kind: 'between', from: 2, to: 4 } }],
  'squared logits': [{ ...(distil(1) as TermOf<'distil'>), direction: 'logits' }],
};

const arms = Object.entries(TERMS).map(([id, terms], i): Experiment['arms'][number] => ({ id: `arm-${i}`, name: id, terms }));

describe.each(['wasm', 'cpu'] as const)('arms of several terms on %s', (backend) => {
  it('are what they say', async () => {
    const experiment: Experiment = { ...tinyExperiment({ seeds: [0], 'task.val': 16, 'base.steps': 4, 'base.evaluateEvery': 4 }), asks: undefined, arms };
    const { result } = await runToEnd(experiment, backend);
    const of = (name: string) => curve(member(result, arms.find((arm) => arm.name === name)?.id ?? '', 0));
    const alignment = (name: string) => member(result, arms.find((arm) => arm.name === name)?.id ?? '', 0).history.alignmentLoss ?? [];
    // The same gradients at the same layers: the same bits.
    expect(of('a term each')).toEqual(of('both pairs'));
    expect(of('a pair of weight 0')).toEqual(of('one pair'));
    expect(of('twice the rest')).toEqual(of('half the weight'));
    expect(of('distilled in halves')).toEqual(of('distilled'));
    alignment('both pairs').forEach((loss, step) => expect(alignment('a term each')[step]).toBeCloseTo(Number(loss), 5));
    expect(alignment('both pairs')[0]).toBeGreaterThan(Number(alignment('half the weight')[0]));
    expect(alignment('two guides')[0]).toBeCloseTo(Number(alignment('one pair')[0]) + Number(alignment('the trained one')[0]), 5);
    of('two guides').loss.forEach((loss, step) => expect(of('two guides, the other first').loss[step]).toBeCloseTo(Number(loss), 5));
    /** Steps whose losses two arms share before they part: that of a step is measured before its update. */
    const shared = (a: string, b: string) => of(a).loss.findIndex((loss, step) => loss !== of(b).loss[step]);
    expect(shared('distilled at first', 'distilled')).toBe(3);
    expect(shared('distilled at every other step', 'distilled')).toBe(2);
    expect(shared('distilled less and less', 'distilled')).toBe(2);
    expect(shared('distilled later', 'none')).toBe(3);
    const different = ['none', 'both pairs', 'one pair', 'half the weight', 'two guides', 'the trained one', 'distilled', 'both kinds', 'squared logits'];
    expect(new Set(different.map((name) => of(name).loss.at(-1))).size).toBe(different.length);
  });
});
