import { describe, expect, it } from 'vitest';
import type { TaskShape } from '../shapes/describeTask.ts';
import { describeNetwork, taskShape } from '../networks/describe.ts';
import { PRESETS } from '../presets/presets.ts';
import { parseExperiment } from '../parse.ts';
import type { CustomSpec, NetworkSpec } from '../schema/schema.ts';
import { formatTextProblem } from './parse.ts';
import { planNetwork, textProblems } from './plan.ts';
import { flatLayers } from './planned.ts';
import { TEMPLATES } from './templates.ts';
import { textOf } from '../networks/asText.ts';
import { decodeLink, encodeLink } from '../link.ts';

const IMAGES: TaskShape = { input: [12, 12, 3], classes: 8, trainExamples: 100, valExamples: 100 };
const SENTENCES: TaskShape = { input: [10], classes: 4, trainExamples: 100, valExamples: 100, tokens: { vocabulary: 5, padded: false, outputs: 1 } };
const TAGGING: TaskShape = { ...SENTENCES, tokens: { vocabulary: 5, padded: true, outputs: 10 } };

const own = (text: string, tap: CustomSpec['tap'] = 'pre'): CustomSpec => ({ family: 'custom', text, init: 'he', tap });
const problem = (text: string, task: TaskShape): string => textProblems(own(text), task).map(formatTextProblem).join('\n');
const shapes = (text: string, task: TaskShape): string[] =>
  flatLayers(planNetwork(own(text), task).layers).map(({ name, output }) => `${name} ${output.shape.join('×')}`);
const taps = (text: string, task: TaskShape, tap: CustomSpec['tap'] = 'pre'): string[] =>
  planNetwork(own(text, tap), task).taps.map(({ name, shape }) => `${name} ${shape.join('×')}`);

describe('shapes', () => {
  it('follow windows, strides and padding', () => {
    expect(shapes('conv 4\nconv 5 5x5 pad=0\nconv 6 2x2 stride=2\nconv 7 3x3 stride=3\nmaxpool\nflatten\ndense 9', IMAGES)).toEqual([
      'conv1 12×12×4',
      'conv2 8×8×5',
      'conv3 4×4×6',
      'conv4 2×2×7',
      'maxpool1 1×1×7',
      'flatten1 7',
      'dense1 9',
    ]);
    expect(shapes('conv 4 4x4 stride=4\ntokens\nattention heads=2\ndense 6\naveragepool', IMAGES)).toEqual([
      'conv1 3×3×4',
      'tokens1 9×4',
      'attention1 9×4',
      'dense1 9×6',
      'averagepool1 6',
    ]);
    expect(shapes('embed 6\npositions\ngru 8\nlast\ndense 3', SENTENCES)).toEqual(['embed1 10×6', 'positions1 10×6', 'gru1 10×8', 'last1 8', 'dense1 3']);
  });

  const wrong: [text: string, task: TaskShape, problem: RegExp][] = [
    ['conv 4\ndense 3', IMAGES, /^line 2, column 1: dense cannot read an image of 12×12×4. Put flatten or averagepool before it/],
    ['conv 4', IMAGES, /^line 1, column 1: The network ends with an image of 12×12×4.*averagepool or flatten/],
    [
      'conv 4 5x5\nrepeat 2\n  conv 8 7x7 pad=0',
      IMAGES,
      /^line 3, column 3: A 7x7 window does not fit into an image of 6×6.*\(In round 2 of the repetition.\)$/,
    ],
    ['flatten\nconv 4', IMAGES, /^line 2.*conv cannot read a vector of 432. conv reads images/],
    ['conv 4\nattention', IMAGES, /Put a line “tokens” before it/],
    ['conv 4\ntokens\ndense 3', IMAGES, /^line 3.*one label: end with averagepool or last/],
    ['flatten', IMAGES, /needs at least one layer with weights/],
    ['# nothing', IMAGES, /ends with an image/],
    ['embed 4\ngru 4', IMAGES, /^line 1, column 1: embed cannot read an image.*reads tokens/],
    [
      'conv 4\nresidual\n  conv 8\naveragepool',
      IMAGES,
      /^line 2, column 1: What comes in is an image of 12×12×4, but the block gives an image of 12×12×8.*end the block with a skip/,
    ],
    ['conv 4\nresidual\n  conv 8\n  skip\n    conv 7\naveragepool', IMAGES, /^line 4, column 3: The skip gives an image of 12×12×7/],
    ['flatten\ndense 4\ntap dense1', IMAGES, /^line 3, column 1: The name “dense1” is taken/],
    ['conv 4\nmaxpool 11x11\nmaxpool\nflatten', IMAGES, /^line 3.*2x2 window does not fit into an image of 1×1/],
    [`${'repeat 64\n  '}${'repeat 64\n    '}relu\nflatten`, IMAGES, /more than 400 lines/],
    ['gru 4', SENTENCES, /^line 1.*gru cannot read tokens that are not embedded yet. Begin with “embed 32”/],
    ['embed 6\nattention heads=4', SENTENCES, /4 heads cannot share 6 units evenly/],
    ['embed 6\nbatchnorm', SENTENCES, /Use layernorm there/],
    ['embed 6\nembed 6', SENTENCES, /embed is the first line/],
    ['embed 6\ngru 4\nlast', TAGGING, /^line 3.*label at every token.*take last out/],
    ['embed 6\nflatten\ndense 3', TAGGING, /Sequences of different lengths have no flat form/],
    ['# only a comment', SENTENCES, /needs a layer: begin with “embed 32”/],
  ];
  it.each(wrong)('say where they do not fit: %j', (text, task, message) => {
    expect(problem(text, task)).toMatch(message);
  });
});

describe('taps', () => {
  const text = 'conv 4\nbatchnorm\nrelu\ndropout 0.1\nrepeat 2\n  residual\n    conv 4\n    relu\n    conv 4\n  tap stream\naveragepool\ndense 5';
  it('are the outputs of layers with weights, and named places', () => {
    expect(taps(text, IMAGES)).toEqual([
      'conv1 12×12×4',
      'conv2 12×12×4',
      'conv3 12×12×4',
      'stream1 12×12×4',
      'conv4 12×12×4',
      'conv5 12×12×4',
      'stream2 12×12×4',
      'dense1 5',
    ]);
    expect(
      describeNetwork(own(text), IMAGES)
        .taps.filter(({ primary }) => primary)
        .map(({ label }) => label),
    ).toEqual(['stream 1', 'stream 2']);
    expect(taps('flatten\ndense 4\ntap middle', IMAGES)).toEqual(['dense1 4', 'middle 4']);
  });

  it('can be read behind the normalisation and nonlinearity that follow', () => {
    const at = (tap: CustomSpec['tap']) =>
      Object.fromEntries(flatLayers(planNetwork(own(text, tap), IMAGES).layers).flatMap(({ name, taps: read }) => read.map((t) => [t, name])));
    expect(at('pre')).toMatchObject({ conv1: 'conv1', conv2: 'conv2', conv3: 'conv3' });
    expect(at('post')).toMatchObject({ conv1: 'relu1', conv2: 'relu2', conv3: 'conv3', dense1: 'dense1' });
  });
});

describe('written from the other families', () => {
  const wide = { init: 'he', tap: 'pre' } as const;
  const networks: { network: NetworkSpec; task: TaskShape }[] = [
    { network: { family: 'resnet', block: 'bottleneck', stages: [2, 1], width: 4, ...wide }, task: IMAGES },
    { network: { family: 'convnet', stages: [1, 3], width: 4, stride: 2, norm: 'none', ...wide }, task: IMAGES },
  ];
  networks.push(
    ...PRESETS.flatMap(({ experiment: { task, target, guides } }) =>
      [target, ...Object.values(guides).flatMap((guide) => ('network' in guide ? [guide.network] : []))].map((network) => ({ network, task: taskShape(task) })),
    ),
  );
  it('is the same network: parameters, arithmetic, layers', () => {
    for (const { network, task } of networks) {
      const text = textOf(network, task);
      if (text === null) continue;
      const [made, meant] = [describeNetwork(own(text), task), describeNetwork(network, task)];
      expect(problem(text, task)).toBe('');
      expect(made).toMatchObject({ title: meant.title, parameters: meant.parameters, flops: meant.flops });
    }
  });

  it('has a form for every kind of network of the presets', () => {
    expect(new Set(networks.filter(({ network, task }) => textOf(network, task)).map(({ network }) => network.family))).toEqual(
      new Set(['fcn', 'resnet', 'convnet', 'rnn', 'transformer']),
    );
  });
});

describe('in an experiment', () => {
  const image = PRESETS.find(({ id }) => id === 'wide-fcn')?.experiment;
  it.each(TEMPLATES.filter(({ reads }) => reads === 'images'))('the template $id fits, and survives a link', ({ text }) => {
    const experiment = { ...image, target: own(text) };
    const parsed = parseExperiment(experiment);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(decodeLink(encodeLink(parsed.experiment))).toEqual({ ok: true, experiment: parsed.experiment });
  });

  it('names the place of a mistake, and the totals that do not fit', () => {
    const refused = (text: string) => {
      const parsed = parseExperiment({ ...image, target: own(text) });
      return parsed.ok ? '' : parsed.problems.map(({ path, message }) => `${path} ${message}`).join('\n');
    };
    expect(refused('flatten\ndens 3')).toMatch(/^target.text has a mistake in line 2, column 1: There is no layer “dens”/);
    expect(refused(`flatten\nrepeat 64\n  dense 4096\n`)).toMatch(/GB of memory/);
    expect(refused('x'.repeat(8001))).toMatch(/target.text must have at most 8000 characters/);
  });
});
