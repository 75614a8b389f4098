import { compressToEncodedURIComponent } from 'lz-string';
import { describe, expect, it } from 'vitest';
import { checkOf, decodeLink, differences, encodeLink, withPath } from './link.ts';
import { parseExperiment } from './parse.ts';
import { formatProblem } from './schema/problem.ts';
import { DEFAULT_PRESET, findPreset, PRESETS } from './presets/presets.ts';
import type { Experiment } from './schema/schema.ts';

const WIDE = findPreset('wide-fcn')?.experiment as Experiment;
/** A link with changes as someone else might make it. */
function packedText(text: string): string {
  const link = `wide-fcn@1~2${compressToEncodedURIComponent(text)}`;
  return `${link}.${checkOf(link)}`;
}
const packed = (changes: unknown) => packedText(JSON.stringify(changes));

function experimentOf(link: string): Experiment {
  const parsed = decodeLink(link);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

/** The sentence for a link that cannot be read. */
function refusal(link: string): string {
  const parsed = decodeLink(link);
  expect(parsed.ok, link).toBe(false);
  return parsed.ok ? '' : parsed.problems.map(formatProblem).join('; ');
}

/** A small generator of its own: this folder stands below the lab and its streams. */
function chance(seed: number) {
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  const pick = <T>(options: readonly T[]): T => options[Math.floor(next() * options.length)];
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return { next, pick, whole };
}

type Chance = ReturnType<typeof chance>;

/** Edits a person might make, as [path, value]. */
const EDITS: ((c: Chance) => [path: string, value?: unknown])[] = [
  (c) => ['base.learningRate', c.pick([1e-4, 0.003, 0.1 + 0.2, 1e-7])],
  (c) => ['base.steps', c.whole(1, 400)],
  (c) => [
    'base.mapping',
    c.pick([
      { rule: 'even' },
      { rule: 'last', count: 2 },
      { rule: 'reversed' },
      { rule: 'none' },
      [
        { guide: 'stem', target: 'linear1' },
        { guide: 'pool', target: 'linear1' },
      ],
    ]),
  ],
  (c) => [
    'base.optimiser',
    c.pick([
      { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
      { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 },
    ]),
  ],
  (c) => ['base.schedule', c.pick([{ kind: 'constant' }, { kind: 'tail', warmup: 10, decay: 0.25 }, { kind: 'cosine', warmup: 0 }])],
  (c) => ['base.clipNorm', c.pick([null, 1, 0.5])],
  (c) => ['task', { kind: c.pick(['textures', 'shapes']), size: c.whole(8, 20), train: c.whole(2000, 4000), val: 500, seed: c.whole(0, 9), noise: c.next() }],
  (c) => ['target.depth', c.whole(1, 9)],
  (c) => ['target.dropout', c.next() * 0.9],
  () => ['target', { family: 'resnet', stages: [1, 2], width: 4, init: 'default', tap: 'post' }],
  (c) => [
    'guides.extra',
    { state: 'untrained', network: { family: 'fcn', depth: c.whole(1, 5), width: 32, norm: 'none', dropout: 0, init: 'he', tap: 'pre' } },
  ],
  () => ['guides.constructor', { state: 'untrained', network: WIDE.target }],
  (c) => ['guides.trained.training.steps', c.whole(1, 500)],
  (c) => ['arms.guided.terms.align.weight', c.next() * 100],
  (c) => [
    'arms.guided.terms.align.course',
    c.pick([
      { kind: 'until', step: c.whole(1, 100) },
      { kind: 'every', steps: 3 },
    ]),
  ],
  (c) => ['arms.guided.name', c.pick(['Guided “half”', 'Führung → 🧭', 'a/b?c#d&e=f%20~', 'x'])],
  (c) => ['arms.0.learningRate', c.next()],
  () => ['arms.distilled'],
  () => ['asks'],
  () => ['arms.guided.terms.align.mapping', [{ guide: 'pool', target: 'linear1' }]],
  (c) => ['seeds', Array.from({ length: c.whole(1, 8) }, (_, i) => i * 7 + c.whole(0, 6))],
  (c) => [
    'interventions',
    Array.from({ length: c.whole(1, 5) }, (_, i) => ({
      step: 10 * i,
      set: c.pick([{ learningRate: 0.01 }, { guidance: false }, { learningRate: 1e-4, guidance: true }]),
    })),
  ],
  (c) => ['question', c.pick(['', 'Was passiert, wenn …?', '"quoted" \\ back\nslash'])],
  (c) => ['preset', c.pick(['my-own', 'shapes', 'deep-fcn'])],
];

describe('round trip', () => {
  it('a preset is its name alone', () => {
    for (const { id, experiment } of PRESETS) {
      const { revision } = experiment;
      expect(encodeLink(experiment)).toBe(`${id}@${revision}`);
      expect(experimentOf(`#${id}@${revision}`)).toEqual(experiment);
      // A bare name is what it was in links of version 1: the first revision, for ever.
      expect(experimentOf(`#${id}`)).toEqual(experimentOf(`#${id}@1`));
    }
    expect(experimentOf('')).toEqual(findPreset(DEFAULT_PRESET)?.experiment);
    expect(experimentOf('#')).toEqual(experimentOf(''));
  });

  it('300 random edits of every kind come back exactly', () => {
    let tried = 0;
    for (let seed = 0; tried < 300; seed++) {
      const c = chance(seed);
      let edited: unknown = c.pick(PRESETS).experiment;
      for (let i = c.whole(1, 6); i > 0; i--) {
        try {
          edited = withPath(edited, ...c.pick(EDITS)(c));
        } catch {
          // An edit of an arm that an earlier edit removed.
        }
      }
      const parsed = parseExperiment(edited);
      if (!parsed.ok) continue;
      tried++;
      const link = encodeLink(parsed.experiment);
      expect(link).toMatch(/^[\w+\-$~@.]+$/); // nothing that an address would encode
      expect(experimentOf(`#${link}`)).toEqual(parsed.experiment);
    }
    expect(tried).toBe(300);
  });

  it('holds only what differs: one change makes a short link', () => {
    expect(encodeLink(withPath(WIDE, 'base.learningRate', 0.01) as Experiment).length).toBeLessThan(90);
    expect(differences({ a: 1, b: { c: 2, d: [1] } }, { b: { c: 3, d: [1, 2] }, e: null })).toEqual([['a'], ['b.c', 3], ['b.d', [1, 2]], ['e', null]]);
  });

  it('a field without a value is one that is not there', () => {
    const { asks: _, ...without } = WIDE;
    expect(encodeLink({ ...WIDE, asks: undefined })).toBe(encodeLink(without));
    expect(experimentOf(encodeLink({ ...WIDE, asks: undefined }))).toEqual(without);
    expect(encodeLink({ ...WIDE, observe: undefined })).toBe('wide-fcn@2');
  });

  it('reads links that a messenger has percent-encoded', () => {
    const changed = withPath(WIDE, 'base.steps', 77) as Experiment;
    const link = encodeLink(changed);
    expect(experimentOf(`#${link.replaceAll('~', '%7E').replaceAll('+', '%2B').replaceAll('@', '%40')}`)).toEqual(changed);
  });
});

describe('links that are broken', () => {
  it('say which preset does not exist', () => {
    expect(refusal('#nothing')).toBe(
      `the experiment in this link starts from "nothing", which does not exist. Known: ${PRESETS.map(({ id, experiment }) => `${id}@${experiment.revision}`).join(', ')}`,
    );
    for (const name of ['__proto__', 'constructor', 'toString~1x', '%', '%E0%A4%A']) expect(refusal(name)).toContain('does not exist');
  });

  it('say when they were made by a newer version', () => {
    expect(refusal('#wide-fcn~9abc')).toContain('newer version (9)');
  });

  it('say that they were changed or cut on their way', () => {
    const link = encodeLink(withPath(withPath(WIDE, 'base.steps', 77), 'question', 'Does it?') as Experiment);
    const start = link.indexOf('~') + 2;
    for (let length = start; length < link.length; length++) expect(refusal(link.slice(0, length))).toContain('was changed or cut off on its way');
    for (let at = 0; at < link.length; at++) {
      const other = link[at] === 'a' ? 'b' : 'a';
      const changed = link.slice(0, at) + other + link.slice(at + 1);
      expect(refusal(changed), changed).toMatch(at < start ? /in this link/ : /was changed or cut off on its way/);
    }
  });

  it('say which revision of a preset is not known', () => {
    expect(refusal('#wide-fcn@7')).toContain('starts from revision 7 of "wide-fcn", which is not known here');
    expect(refusal('#wide-fcn@x')).toContain('revision x');
    expect(refusal('#narrow@1')).toContain('"narrow", which does not exist');
  });

  it('never throw when cut anywhere, garbled or random', () => {
    const c = chance(5);
    const link = encodeLink(withPath(withPath(WIDE, 'seeds', [4, 5, 6]), 'base.learningRate', 0.123) as Experiment);
    for (let length = 0; length < link.length; length++) {
      const parsed = decodeLink(link.slice(0, length));
      if (!parsed.ok) expect(parsed.problems.map(formatProblem).join()).toMatch(/^the experiment in this link .+|\w+ .+/);
    }
    for (let i = 0; i < 2000; i++) {
      const at = c.whole(0, link.length - 1);
      const garbled = link.slice(0, at) + String.fromCharCode(c.whole(1, 500)) + link.slice(at + c.whole(0, 3));
      const parsed = decodeLink(garbled);
      if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
    }
    for (const payload of ['~', '~1', '~1~~', '~0', '~1AAAA', `~1${'A'.repeat(5000)}`]) refusal(`wide-fcn${payload}`);
  });

  it('refuse payloads that are no list of changes', () => {
    for (const changes of [null, 1, 'x', {}, [1], [null], [[1, 2]], [[null]], [[{}]], [['seeds.length', 0]], [['a.b.c', 1]]]) refusal(packed(changes));
  });

  it('name the field of a change that is not allowed', () => {
    expect(refusal(packed([['target.width', 1e9]]))).toBe('target.width must be at most 4096, not 1000000000');
    expect(refusal(packed([['seeds', 'all']]))).toBe('seeds must be a list, not "all"');
  });
});

describe('hostile links', () => {
  it('cannot reach a prototype', () => {
    const attacks: unknown[] = [
      [['__proto__.polluted', true]],
      [['constructor.prototype.polluted', true]],
      [['base.__proto__.polluted', true]],
      [['arms.0.constructor.prototype.polluted', true]],
      [['arms.__proto__.polluted', true]],
      [['guides.__proto__', { polluted: true }]],
      [['__proto__', { polluted: true }]],
      [['seeds.constructor', 1]],
    ];
    for (const attack of attacks) refusal(packed(attack));
    // Assigned through JSON text, `__proto__` would be an own property.
    const text = '[["guides",{"__proto__":{"polluted":true}}],["base",{"__proto__":{"polluted":true}}]]';
    refusal(packedText(text));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((Object.prototype as { polluted?: boolean }).polluted).toBeUndefined();
    expect(WIDE.guides).not.toHaveProperty('polluted');
  });

  it('cannot make a list of four billion holes', () => {
    const start = performance.now();
    refusal(packed([['seeds.4294967294', 1]]));
    refusal(packed([['arms.99999999.name', 'x']]));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('withPath', () => {
  it('changes a copy', () => {
    const changed = withPath(WIDE, 'base.steps', 1) as Experiment;
    expect(changed.base.steps).toBe(1);
    expect(WIDE.base.steps).toBe(250);
  });

  it('leaves a field alone that shares its object with the one that is set', () => {
    const shared = { width: 16 };
    expect(withPath({ a: { network: shared }, b: { network: shared } }, 'a.network.width', 4)).toEqual({
      a: { network: { width: 4 } },
      b: { network: { width: 16 } },
    });
    // Both guides of the preset start from one network.
    const changed = withPath(WIDE, 'guides.untrained.network.width', 4) as Experiment;
    expect(changed.guides.trained).toEqual(WIDE.guides.trained);
    expect(experimentOf(encodeLink(changed))).toEqual(changed);
  });

  it('addresses list entries by index and by id, appends and removes', () => {
    expect((withPath(WIDE, 'arms.guided.terms.align.weight', 9) as Experiment).arms[1].terms).toMatchObject([{ weight: 9 }]);
    expect((withPath(WIDE, 'arms.1.terms.0.weight', 9) as Experiment).arms[1].terms).toMatchObject([{ weight: 9 }]);
    expect((withPath(WIDE, 'seeds.3', 8) as Experiment).seeds).toEqual([0, 1, 2, 8]);
    expect((withPath(WIDE, 'arms.guided') as Experiment).arms.map((arm) => arm.id)).toEqual(['unguided', 'guided-untrained', 'distilled']);
    expect((withPath(WIDE, 'arms.guided.terms.align') as Experiment).arms[1]).toEqual({ id: 'guided', name: 'Guided', terms: [] });
    expect((withPath(WIDE, 'guides.untrained') as Experiment).guides).not.toHaveProperty('untrained');
  });

  it('says where a path ends', () => {
    expect(() => withPath(WIDE, 'base.nothing.more', 1)).toThrow('"base" has no field "nothing"');
    expect(() => withPath(WIDE, 'nothing.more', 1)).toThrow('"the experiment" has no field "nothing"');
    expect(() => withPath(WIDE, 'base.steps.more', 1)).toThrow('"base.steps" has no field "more"');
    expect(() => withPath(WIDE, 'arms.nobody.name', 1)).toThrow('"arms" has no entry "nobody"');
    expect(() => withPath(WIDE, 'seeds.9', 1)).toThrow('"seeds" has only 3 entries');
    expect(() => withPath(WIDE, 'base.toString.call', 1)).toThrow('"base" has no field "toString"');
  });
});
