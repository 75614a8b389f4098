import { describe, expect, it } from 'vitest';
import { withPath } from './link.ts';
import { parseExperiment } from './parse.ts';
import { formatProblem } from './schema/problem.ts';
import { findPreset, PRESETS } from './presets/presets.ts';
import { INITS, taskSchema } from './schema/schema.ts';

const KINDS = taskSchema.options.map((option) => option.shape.kind.value);
const WIDE = findPreset('wide-fcn')?.experiment;

/** Sentences for the default experiment with one field changed; empty when it is fine. */
function complaints(...changes: [path: string, value?: unknown][]): string[] {
  const parsed = parseExperiment(changes.reduce<unknown>((e, [path, value]) => withPath(e, path, value), WIDE));
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

it('accepts every preset unchanged', () => {
  for (const { experiment } of PRESETS) expect(parseExperiment(experiment)).toEqual({ ok: true, experiment });
});

describe('single fields: the sentence names the field and what is allowed', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['base.learningRate', 50, 'base.learningRate must be at most 10, not 50'],
    ['base.learningRate', 'fast', 'base.learningRate must be a number, not "fast"'],
    ['base.learningRate', NaN, 'base.learningRate must be a number, not NaN'],
    ['base.learningRate', Infinity, 'base.learningRate must be a number, not Infinity'],
    ['base.steps', 0, 'base.steps must be at least 1, not 0'],
    ['base.steps', 1.5, 'base.steps must be a whole number, not 1.5'],
    ['base.steps', undefined, 'base.steps is missing (needs a number)'],
    ['base.batchSize', 4, 'base.batchSize must be at least 8, not 4'],
    ['task.kind', 'sounds', `task.kind must be one of ${KINDS.join(', ')}, not "sounds"`],
    ['target.family', 'mixer', `target.family must be one of ${Object.keys(INITS).join(', ')}, not "mixer"`],
    ['target.norm', 'group', 'target.norm must be one of batch, layer, none, not "group"'],
    ['target.activation', 'swish', 'target.activation must be one of relu, gelu, tanh, not "swish"'],
    ['target.depth', 65, 'target.depth must be at most 64, not 65'],
    ['target.width', 1e9, 'target.width must be at most 4096, not 1000000000'],
    ['base.mapping', { rule: 'odd' }, 'base.mapping.rule must be one of even, first, last, reversed, none, random, not "odd"'],
    ['base.mapping', [{ guide: 'stem' }], 'base.mapping.0.target is missing (needs text)'],
    ['base.mapping', { rule: 'first', count: 0 }, 'base.mapping.count must be at least 1, not 0'],
    ['base.measure', { name: 'cosine' }, /^base\.measure\.name must be one of cka, cka-debiased, .*, not "cosine"$/],
    ['arms.guided.terms.align.course', { kind: 'until', step: -1 }, 'arms.1.terms.0.course.step must be at least 0, not -1'],
    ['arms.guided.terms.align.course', { kind: 'between', from: 9, to: 9 }, 'arms.1.terms.0.course.to must be greater than the step that it begins from'],
    ['asks.by', 'worst', 'asks.by must be one of final, best, not "worst"'],
    ['revision', 0, 'revision must be at least 1, not 0'],
    ['arms.0.name', '', 'arms.0.name must have at least 1 character'],
    ['arms.0.name', 'x'.repeat(61), 'arms.0.name must have at most 60 characters'],
    ['arms.0.id', 'My arm', 'arms.0.id must be 1 to 40 lower-case letters, digits or hyphens, starting with a letter'],
    ['arms', [], 'arms needs at least one arm'],
    ['arms', new Array(13).fill({ id: 'a', name: 'A', terms: [] }), 'arms can hold at most 12 entries'],
    ['seeds', [], 'seeds needs at least one seed'],
    ['seeds', [-1], 'seeds.0 must be at least 0, not -1'],
    ['guides', [], 'guides must be an object, not []'],
    ['guides.Bad', null, 'guides has an entry called "Bad"; a name must be 1 to 40 lower-case letters, digits or hyphens, starting with a letter'],
    ['interventions', [{ step: 5, set: {} }], 'interventions.0.set must change something'],
    ['version', 0, 'version must be one of 2, not 0'],
    ['version', undefined, 'version is missing (needs one of 2)'],
    ['version', 3, 'version is 3, newer than this page understands (2): reload the page to update it'],
  ])('%s = %j', (path, value, sentence) => {
    expect(complaints([path, value])).toContainEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('refuses fields that it does not know', () => {
    expect(complaints(['surprise', 1])).toEqual(['the experiment has unknown fields: "surprise"']);
    expect(complaints(['base.momentum', 1], ['base.decay', 1])).toEqual(['base has unknown fields: "momentum", "decay"']);
    expect(complaints(['target.stages', [1]])).toEqual(['target has unknown fields: "stages"']);
  });

  it('takes any data at all without throwing', () => {
    for (const data of [null, undefined, 0, 'text', [], {}, true, { version: 1 }, { version: {} }, [[[]]], () => 1, Symbol('x'), 10n]) {
      const parsed = parseExperiment(data);
      expect(parsed.ok).toBe(false);
      if (!parsed.ok) for (const problem of parsed.problems) expect(formatProblem(problem)).toMatch(/\S+ \S+/);
    }
    expect(parseExperiment(null)).toEqual({ ok: false, problems: [{ path: '', message: 'must be an object, not null' }] });
  });
});

describe('what single fields cannot say', () => {
  it('names must exist and be unique', () => {
    expect(complaints(['arms.guided.terms.align.guide', 'nobody'])).toEqual(['arms.1.terms.0.guide names the guide "nobody", which does not exist']);
    expect(complaints(['arms.guided.terms.align.guide', 'tostring'])).toHaveLength(1);
    expect(complaints(['arms.2.id', 'unguided'])).toEqual(['arms has two arms called "unguided"']);
    expect(complaints(['asks.against', 'nobody'])).toEqual(['asks.against names the arm "nobody", which does not exist']);
    expect(complaints(['seeds', [3, 1, 3]])).toEqual(['seeds holds 3 twice']);
  });

  it('a mapping fits the networks, said once', () => {
    expect(complaints(['base.mapping', [{ guide: 'stem', target: 'linear9' }]])).toEqual([
      'base.mapping the target has no layer "linear9"; it has linear1, linear2, linear3',
    ]);
    expect(complaints(['arms.guided.terms.align.mapping', [{ guide: 'tail', target: 'linear1' }]])[0]).toMatch(
      /^arms\.1\.terms\.0\.mapping the guide has no layer "tail"; it has stem, /,
    );
  });

  it('a batch fits the data', () => {
    expect(complaints(['task.train', 100])).toEqual(['base.batchSize must be at most the 100 training examples, not 128']);
    expect(complaints(['task.train', 64], ['base.batchSize', 32], ['guides.trained.training.batchSize', 65])).toEqual([
      'guides.trained.training.batchSize must be at most the 64 training examples, not 65',
    ]);
  });

  it('totals fit a browser', () => {
    const seeds = Array.from({ length: 32 }, (_, i) => i);
    const [sentence] = complaints(['target.depth', 64], ['target.width', 4096], ['seeds', seeds]);
    expect(sentence).toMatch(
      /^the experiment needs about \d+(\.\d+)? GB of memory; a browser gives 3 GB\. Use a smaller target \(64×4096 FCN\), fewer seeds or fewer arms$/,
    );
    expect(complaints(['target.width', 512])).toEqual([]);
    const long = complaints(
      ['target.depth', 8],
      ['target.width', 1024],
      ['base.steps', 100_000],
      ['base.batchSize', 256],
      ['seeds', [0, 1, 2]],
      ['guides.trained.training.steps', 100_000],
    );
    expect(long).toContainEqual(expect.stringMatching(/^the experiment needs about \d\.\de\+1\d floating-point operations, more than 1e\+16: use fewer steps/));
  });
});

describe('parts that do not fit each other', () => {
  const sequence = (id: string, ...changes: [path: string, value?: unknown][]): string[] => {
    const parsed = parseExperiment(changes.reduce<unknown>((e, [path, value]) => withPath(e, path, value), findPreset(id)?.experiment));
    return parsed.ok ? [] : parsed.problems.map(formatProblem);
  };

  it('patches fill an image, and stages leave some of it', () => {
    const vit = { family: 'vit', patch: 5, layers: 1, width: 8, heads: 2, ffn: 8, pooling: 'mean', init: 'default' };
    expect(complaints(['target', vit])).toEqual(["target.patch must divide the 16 pixels of the image's side, which 5 does not"]);
    expect(complaints(['target', { ...vit, patch: 4, width: 9 }])).toEqual(['target.width must be a multiple of the 2 heads, not 9']);
    expect(complaints(['target', { ...vit, patch: 4 }])).toEqual([]);
    const convnext = { family: 'convnext', stages: [1, 1, 1], width: 8, patch: 5, kernel: 3, init: 'default' };
    expect(complaints(['target', convnext])).toEqual(['target.patch leaves nothing of 16 pixels in 3 stages: use a smaller patch or fewer stages']);
    expect(complaints(['target', { ...convnext, patch: 4 }])).toEqual([]);
  });

  it('a plain ConvNet has at most fifty convolutions', () => {
    const convnet = { family: 'convnet', stages: [30, 21], width: 4, stride: 2, norm: 'batch', init: 'he', tap: 'pre' };
    expect(complaints(['target', convnet])).toEqual(['target.stages can hold at most 50 convolutions together']);
    expect(complaints(['target', { ...convnet, stages: [30, 20] }])).toEqual([]);
  });

  it('a network reads what the task gives', () => {
    expect(complaints(['task', findPreset('first-token')?.experiment.task])).toEqual([
      'target.family fcn reads images, which the task "First token" does not give: use rnn, transformer or custom',
    ]);
    expect(sequence('first-token', ['guides.untrained.network', WIDE?.target])).toEqual([
      'guides.untrained.network.family fcn reads images, which the task "First token" does not give: use rnn, transformer or custom',
    ]);
    expect(sequence('copy-paste', ['task', WIDE?.task])).toEqual([
      'target.family rnn reads tokens, which the task "Textures" does not give: use fcn, resnet, convnet, convnext, vit or custom',
    ]);
  });

  it('sizes belong together', () => {
    expect(sequence('first-token', ['guides.untrained.network.heads', 5])).toEqual([
      'guides.untrained.network.width must be a multiple of the 5 heads, not 32',
    ]);
    expect(sequence('parity', ['task.minLength', 13])).toEqual(['task.minLength must be at most the length 12, not 13']);
    const recall = { kind: 'associative-recall', pairs: 9, keys: 8, values: 8, train: 'fresh', val: 64, seed: 0 };
    expect(sequence('first-token', ['task', recall])).toEqual(['task.keys must be at least the 9 pairs, for no key comes twice, not 8']);
    const copy = { kind: 'copy-paste-official', minLength: 30, maxLength: 20, train: 'fresh', val: 64, seed: 0 };
    expect(sequence('first-token', ['task', copy])).toEqual(['task.minLength must be at most the largest length 20, not 30']);
    expect(sequence('first-token', ['task.train', 64], ['base.batchSize', 65])).toEqual(['base.batchSize must be at most the 64 training examples, not 65']);
  });

  it('a network in language modelling does not see what it is to guess', () => {
    const language = (...changes: [string, unknown][]) =>
      complaints(...Object.entries(findPreset('lm-short')?.experiment ?? {}).map(([k, v]): [string, unknown] => [k, v]), ...changes);
    expect(language()).toEqual([]);
    expect(language(['target.chained', true])).toEqual([
      'target.chained must be false in language modelling: upper layers would start from a state that has read the answer',
    ]);
    expect(language(['guides.untrained.network.causal', false])).toEqual([
      'guides.untrained.network.causal must be true in language modelling: a Transformer that sees later tokens reads the answer',
    ]);
    // Trained on another task it would still show the target later tokens of this one.
    expect(
      language(
        ['guides.trained.network.causal', false],
        ['guides.trained.training.task', { kind: 'modular-addition', length: 32, modulus: 47, train: 'fresh', val: 64, seed: 0 }],
      ),
    ).toEqual(['guides.trained.network.causal must be true in language modelling: a Transformer that sees later tokens reads the answer']);
    expect(language(['task.valSeed', 1])).toEqual([
      "task.valSeed must differ from the training text's seed 1: validation would be on the text that was learnt",
    ]);
  });

  it('an initialisation suits the target', () => {
    expect(complaints(['arms.unguided.init', 'good'])).toEqual([
      'arms.0.init must be one of default, he, xavier, orthogonal, identity, mimetic for fcn, not "good"',
    ]);
    expect(complaints(['target.width', 2048], ['arms.unguided.init', 'orthogonal'])).toEqual([
      'arms.0.init can be orthogonal for at most 1024 units a layer, not 2048: use fewer, or another start',
    ]);
    expect(complaints(['target.width', 2048], ['target.init', 'identity'])).toEqual([
      'target.init can be identity for at most 1024 units a layer, not 2048: use fewer, or another start',
    ]);
    expect(sequence('first-token', ['arms.unguided.init', 'he'])).toEqual([
      'arms.0.init must be one of default, orthogonal, good, identity, mimetic for rnn, not "he"',
    ]);
    expect(sequence('first-token', ['arms.unguided.init', 'identity'])).toEqual([]);
  });

  it('a guide trained on another task can read this one, and teach it where it is asked to', () => {
    const path = 'guides.trained.training.task';
    expect(sequence('parity', [`${path}.length`, 10], [`${path}.minLength`, 10])).toEqual([
      `${path} has inputs of 10 instead of 12: the guide must be able to read the experiment's task`,
    ]);
    expect(sequence('first-token', [path, { ...findPreset('first-token')?.experiment.task, vocabulary: 5 }])).toEqual([
      `${path} has 6 tokens instead of 5: the guide must be able to read the experiment's task`,
    ]);
    const distil = { kind: 'distil', guide: 'trained', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward' };
    expect(sequence('parity', ['arms.unguided.terms', [distil]])).toEqual([
      `${path} has other labels than the experiment, so no arm can be distilled from this guide`,
    ]);
    expect(sequence('parity')).toEqual([]);
  });

  it('debiased CKA needs sequences of one length, no other measure does', () => {
    expect(sequence('parity', ['base.measure', { name: 'cka-debiased' }])).toEqual([]);
    expect(sequence('parity', ['base.measure', { name: 'cka-debiased' }], ['task.minLength', 2])).toContain(
      'base.measure must be cka, rbf-cka, rsa, rsa-correlation, rsa-euclidean, ridge, procrustes, cca, sp, rkd or soft-knn where sequences vary in length: debiased CKA cannot leave padding out',
    );
    expect(sequence('parity', ['base.measure', { name: 'rsa' }], ['task.minLength', 2])).toEqual([]);
  });

  it('a measure that solves matrices over the examples bears only so many', () => {
    const measured = (measure: unknown, batchSize: number) => complaints(['base.measure', measure], ['base.batchSize', batchSize]);
    expect(measured({ name: 'cca', ridge: 1 }, 257)).toEqual(['base.batchSize must be at most 256 with CCA at ridge r 1, which bears 256 examples, not 257']);
    for (const name of ['ridge', 'procrustes', 'cca']) expect(measured({ name }, 256)).toEqual([]);
    for (const name of ['cka', 'rsa', 'soft-knn']) expect(measured({ name }, 512)).toEqual([]);
  });

  it('counts every token where each is an example', () => {
    const tokens = (length: number, batchSize: number) =>
      sequence(
        'parity',
        ['task.length', length],
        ['task.minLength', length],
        ['base.measure', { name: 'cca' }],
        ['base.tokens', 'all-tokens'],
        ['base.batchSize', batchSize],
      );
    expect(tokens(12, 21)).toEqual([]);
    expect(tokens(12, 22)).toEqual(['base.batchSize must be at most 21 of 12 tokens with CCA, which bears 256 examples, not 22']);
    expect(tokens(40, 32)).toContain(
      'base.tokens must be position, flattened or last-token: all 1280 tokens of a batch are more than the 256 examples that CCA bears',
    );
    expect(sequence('parity', ['base.measure', { name: 'cca' }], ['base.batchSize', 256])).toEqual([]);
  });
});
