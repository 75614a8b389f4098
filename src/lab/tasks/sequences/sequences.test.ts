import { describe, expect, it } from 'vitest';
import { chanceLoss, classNames, OFFICIAL_COPY, taskMetric, unusedClasses } from '../../../experiment/networks/describe.ts';
import type { DrawnSequenceSpec } from '../../../experiment/schema/schema.ts';
import { fingerprint } from '../../random/testing.ts';
import { SequenceTask } from './task.ts';

const data = { train: 200, val: 64, seed: 0 } as const;

const SPECS = {
  'first-token': { kind: 'first-token', length: 8, vocabulary: 4, ...data },
  'copy-paste': { kind: 'copy-paste', length: 5, vocabulary: 3, ...data },
  'copy-paste-official': { kind: 'copy-paste-official', minLength: 20, maxLength: 40, ...data },
  reverse: { kind: 'reverse', length: 5, vocabulary: 3, ...data },
  parity: { kind: 'parity', length: 9, minLength: 2, labels: 'final', ...data },
  'parity of prefixes': { kind: 'parity', length: 9, minLength: 2, labels: 'prefix', ...data },
  'associative-recall': { kind: 'associative-recall', pairs: 4, keys: 8, values: 5, ...data },
  dyck: { kind: 'dyck', length: 12, brackets: 3, ...data },
  'modular-addition': { kind: 'modular-addition', length: 6, modulus: 5, ...data },
} as const satisfies Record<string, DrawnSequenceSpec>;

/** Of the validation set's tokens and labels. */
const GOLDEN: Record<string, string> = {
  'first-token': '6c4c93a782d15a95 942f6054218ee8a5',
  'copy-paste': 'aefb2ba817cda074 6f66179776396d46',
  'copy-paste-official': '2e8b6b19963a2690 22d0be1f0cdb70b0',
  reverse: 'b81a4b7a898aaa84 58d9161763b1bb56',
  parity: 'fce66c2cf1e4b0e0 1f932e24294398d4',
  'parity of prefixes': 'fce66c2cf1e4b0e0 57b2ee1fc0c6a131',
  'associative-recall': 'c0313dad684dd012 1877f3a11208f755',
  dyck: '0f0a35c9283c6bb1 7941595dff560427',
  'modular-addition': 'ab15dee45b004d87 5f3ad30c57913732',
};

/** Training sequences as lists, padding left out, with their labels. */
function examples(spec: DrawnSequenceSpec): { tokens: number[]; labels: number[]; padded: number[] }[] {
  const task = new SequenceTask(spec);
  const { inputs, labels, examples: count } = task.train ?? task.batch(0, 0, 100);
  const length = inputs.length / count;
  const outputs = labels.length / count;
  return Array.from({ length: count }, (_, i) => {
    const padded = [...inputs.slice(i * length, (i + 1) * length)];
    return { padded, tokens: padded.filter((t) => t >= 0), labels: [...labels.slice(i * outputs, (i + 1) * outputs)] };
  });
}

describe.each(Object.entries(SPECS))('%s', (name, spec) => {
  const task = new SequenceTask(spec);

  it('is the same for the same specification, here and elsewhere', () => {
    const { inputs, labels } = task.val;
    expect(`${fingerprint(inputs)} ${fingerprint(labels)}`).toBe(GOLDEN[name]);
    expect(new SequenceTask(spec).train).toEqual(task.train);
  });

  it('differs for another seed, between the splits, and between steps where data is fresh', () => {
    expect(new SequenceTask({ ...spec, seed: 1 }).val.inputs).not.toEqual(task.val.inputs);
    expect(task.train?.inputs.slice(0, task.val.inputs.length)).not.toEqual(task.val.inputs);
    const fresh = new SequenceTask({ ...spec, train: 'fresh' });
    const batch = fresh.batch(3, 7, 16);
    expect(fresh.batch(3, 7, 16)).toEqual(batch);
    expect(fresh.batch(3, 8, 16).inputs).not.toEqual(batch.inputs);
    expect(fresh.batch(4, 7, 16).inputs).not.toEqual(batch.inputs);
    expect(fresh.batch(3, 7, 16, 'guide-data').inputs).not.toEqual(batch.inputs);
  });

  it('keeps its sequences when there are more of them', () => {
    const more = new SequenceTask({ ...spec, train: 300 });
    expect(more.train?.inputs.slice(0, task.train?.inputs.length)).toEqual(task.train?.inputs);
  });

  it('holds tokens and classes that exist, and asks for something in every sequence', () => {
    for (const { padded, tokens, labels } of examples(spec)) {
      expect(padded.slice(0, tokens.length)).toEqual(tokens); // padding only at the end
      expect(Math.max(...tokens)).toBeLessThan(task.shape.tokens.vocabulary);
      expect(Math.min(...padded)).toBeGreaterThanOrEqual(task.shape.tokens.padded ? -1 : 0);
      expect(Math.max(...labels)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...labels)).toBeLessThan(task.shape.classes);
    }
  });
});

describe('what is asked for, checked against the rule', () => {
  it('first-token: the first symbol, at a query', () => {
    for (const { tokens, labels } of examples(SPECS['first-token'])) {
      expect(tokens).toHaveLength(8);
      expect(tokens.at(-1)).toBe(4);
      expect(tokens.slice(0, -1).every((t) => t < 4)).toBe(true);
      expect(labels).toEqual([tokens[0]]);
    }
  });

  it.each(['copy-paste', 'reverse'] as const)('%s: the symbols from the go mark on, nothing before', (kind) => {
    for (const { tokens, labels } of examples(SPECS[kind])) {
      const symbols = tokens.slice(0, 5).map((t) => t - 1);
      expect(tokens.slice(5)).toEqual([4, 0, 0, 0, 0]);
      expect(labels).toEqual([-1, -1, -1, -1, -1, ...(kind === 'reverse' ? symbols.reverse() : symbols)]);
    }
  });

  it('official copy: input [s, go, 0 × L, end], target [0 × (L+1), s, end], zeros not scored', () => {
    const lengths = new Set<number>();
    for (const { tokens, labels } of examples(SPECS['copy-paste-official'])) {
      const length = tokens.indexOf(OFFICIAL_COPY.go);
      lengths.add(length);
      const symbols = tokens.slice(0, length);
      const rest = (used: number) => new Array<number>(82 - used).fill(0);
      expect(tokens).toEqual([...symbols, 11, ...new Array<number>(length).fill(0), 12, ...rest(2 * length + 2)]);
      const target = [...new Array<number>(length + 1).fill(0), ...symbols, 12, ...rest(2 * length + 2)];
      expect(labels).toEqual(target.map((t) => (t === 0 ? -1 : t)));
    }
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([20, 40]);
  });

  it('parity: odd numbers of ones, at the end or at every bit', () => {
    for (const { tokens, labels } of examples(SPECS.parity)) expect(labels).toEqual([tokens.reduce((a, b) => a + b, 0) % 2]);
    for (const { tokens, labels } of examples(SPECS['parity of prefixes'])) {
      const sums = tokens.map((_, t) => tokens.slice(0, t + 1).reduce((a, b) => a + b, 0) % 2);
      expect(labels).toEqual([...sums, ...new Array<number>(9 - tokens.length).fill(-1)]);
    }
    expect(new Set(examples(SPECS.parity).map(({ tokens }) => tokens.length))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
    const oneLength = new SequenceTask({ ...SPECS.parity, minLength: 9 });
    expect(oneLength.shape.tokens.padded).toBe(false);
    expect(Math.min(...oneLength.val.inputs)).toBe(0);
  });

  it('associative recall: the value of the key that is asked for; no key twice', () => {
    for (const { tokens, labels } of examples(SPECS['associative-recall'])) {
      const keys = [0, 2, 4, 6].map((i) => tokens[i]);
      expect(new Set(keys).size).toBe(4);
      expect(labels).toEqual([tokens[2 * keys.indexOf(tokens[8]) + 1] - 8]);
    }
  });

  it('dyck: balanced, and the kind of every bracket that closes next', () => {
    for (const { tokens, labels } of examples(SPECS.dyck)) {
      const open: number[] = [];
      tokens.forEach((token, t) => {
        if (token < 3) open.push(token);
        else expect(open.pop()).toBe(token - 3);
        expect(labels[t]).toBe(tokens[t + 1] >= 3 ? tokens[t + 1] - 3 : -1);
      });
      expect(open).toEqual([]);
    }
  });

  it('modular addition: the sum', () => {
    for (const { tokens, labels } of examples(SPECS['modular-addition'])) expect(labels).toEqual([tokens.reduce((a, b) => a + b, 0) % 5]);
  });
});

describe('what guessing scores', () => {
  it('official copy: accuracy 14.286 %, cross-entropy 2.1188, as computed from the published code', () => {
    expect(taskMetric(SPECS['copy-paste-official']).chance).toBeCloseTo(0.14285714285714285, 12);
    expect(chanceLoss(SPECS['copy-paste-official'])).toBeCloseTo(2.1187522710027835, 12);
    // And on data: everything scored is an end mark or one of nine symbols, equally often.
    const task = new SequenceTask({ ...SPECS['copy-paste-official'], val: 4000 });
    const counts = new Array<number>(13).fill(0);
    for (const label of task.val.labels) if (label >= 0) counts[label]++;
    const all = counts.reduce((a, b) => a + b, 0);
    expect((counts[12] + (all - counts[12]) / 9) / all).toBeCloseTo(0.142857, 3);
    expect(((all - counts[12]) * Math.log(9)) / all).toBeCloseTo(2.11875, 2);
    expect(counts.slice(10, 12).concat(counts[0])).toEqual([0, 0, 0]);
  });

  it.each([
    ['first-token', 1 / 4],
    ['copy-paste', 1 / 3],
    ['reverse', 1 / 3],
    ['parity', 1 / 2],
    ['associative-recall', 1 / 5],
    ['dyck', 1 / 3],
    ['modular-addition', 1 / 5],
  ] as const)('%s: classes are equally frequent', (name, chance) => {
    expect(taskMetric(SPECS[name]).chance).toBe(chance);
    expect(chanceLoss(SPECS[name])).toBeCloseTo(-Math.log(chance), 12);
    const { labels } = new SequenceTask({ ...SPECS[name], val: 4000 }).val;
    const asked = labels.filter((l) => l >= 0);
    for (let c = 0; c < 1 / chance; c++) expect(Math.abs(asked.filter((l) => l === c).length / asked.length - chance)).toBeLessThan(0.03);
  });
});

it('a copying head over the vocabulary has two classes more, which are never the answer; the sequences are the same', () => {
  const spec = SPECS['copy-paste'];
  const [symbols, all] = [new SequenceTask(spec), new SequenceTask({ ...spec, head: 'vocabulary' })];
  expect(all.shape.classes).toBe(symbols.shape.classes + 2);
  expect(all.val.inputs).toEqual(symbols.val.inputs);
  expect([...all.val.labels]).toEqual(Array.from(symbols.val.labels, (label) => (label < 0 ? label : label + 1)));
  expect(unusedClasses(all.spec).some((c) => all.val.labels.includes(c))).toBe(false);
  expect(taskMetric(all.spec)).toEqual(taskMetric(spec));
  expect(chanceLoss(all.spec)).toBe(chanceLoss(spec));
  // What an answer is called is what the token is called that repeats it.
  const at = symbols.val.labels.findIndex((label) => label >= 0);
  expect(classNames(all.spec)[all.val.labels[at]]).toBe(classNames(spec)[symbols.val.labels[at]]);
});

describe('a preview', () => {
  it('shows validation sequences in order with their labels', () => {
    const task = new SequenceTask(SPECS.dyck);
    const preview = task.preview(5, 'val');
    expect(preview).toMatchObject({ kind: 'sequences', count: 5, length: 12, outputs: 12, classNames: [')', ']', '}'] });
    expect(preview.tokens).toEqual(task.val.inputs.slice(0, 60));
    expect(preview.targets).toEqual(task.val.labels.slice(0, 60));
    expect(preview.tokenNames).toHaveLength(6);
  });

  it('shows the first step of seed 0 where data is fresh', () => {
    const task = new SequenceTask({ ...SPECS['first-token'], train: 'fresh' });
    expect(task.preview(4).tokens).toEqual(task.batch(0, 0, 4).inputs);
  });
});
