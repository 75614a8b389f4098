import { describe, expect, it } from 'vitest';
import { formOf, LAYER_NAMES } from './grammar.ts';
import { formatTextProblem, parseText, readsTokens, titleOf } from './parse.ts';

const problems = (text: string): string[] => parseText(text).problems.map(formatTextProblem);
/** A layer's own form, in a text where it may stand. */
const inPlace = (form: string): string => {
  const name = form.split(' ')[0];
  if (name === 'skip') return 'residual\n  relu\n  skip\n    relu';
  return `${form}${['repeat', 'residual'].includes(name) ? '\n  relu' : ''}`;
};

describe('parseText', () => {
  it.each(LAYER_NAMES)('reads the form of %s that the help shows', (layer) => {
    expect(problems(inPlace(formOf(layer).form))).toEqual([]);
  });

  it('fills in what a line leaves out', () => {
    const { statements } = parseText('conv 16\nattention\nrnn 8\npositions\nmaxpool\naveragepool');
    expect(statements[0]).toMatchObject({ layer: 'conv', units: 16, window: 3, stride: 1 });
    expect(statements[0].pad).toBeUndefined();
    expect(statements[1]).toMatchObject({ heads: 1 });
    expect(statements[2]).toMatchObject({ units: 8, cell: 'tanh' });
    expect(statements[3]).toMatchObject({ positions: 'sinusoidal' });
    expect(statements[4]).toMatchObject({ window: 2 });
    expect(statements[5].window).toBeUndefined();
  });

  it('takes what a line says, in any order', () => {
    expect(parseText('conv 5x5 pad=0 stride=2 8 bias=no').statements[0]).toMatchObject({ units: 8, window: 5, stride: 2, pad: 0, bias: false });
    expect(parseText('attention causal heads=4').statements[0]).toMatchObject({ heads: 4, causal: true });
  });

  it('builds blocks from the indentation, by any number of spaces', () => {
    const { statements, problems: none } = parseText('repeat 2\n   residual\n     relu\n     # a word between\n\n     tanh\n   gelu\nflatten');
    expect(none).toEqual([]);
    expect(statements.map(({ layer }) => layer)).toEqual(['repeat', 'flatten']);
    expect(statements[0].body.map(({ layer }) => layer)).toEqual(['residual', 'gelu']);
    expect(statements[0].body[0].body.map(({ layer }) => layer)).toEqual(['relu', 'tanh']);
    expect(statements[1].place).toEqual({ line: 8, column: 1, end: 8 });
  });

  it('reads the line ends of every system, comments and blank lines', () => {
    expect(problems('# ResNet\r\n\r\nflatten # all pixels\r\ndense 8\r\n')).toEqual([]);
  });

  const wrong: [text: string, problem: RegExp][] = [
    ['flatten\ncon 16', /^line 2, column 1: There is no layer “con”; did you mean “conv”\?$/],
    ['Conv2D 16', /column 1: .*did you mean “conv”/],
    ['linear 10', /did you mean “dense”/],
    ['bathcnorm', /did you mean “batchnorm”/],
    ['teleport', /There is no layer “teleport”. Layers are conv, /],
    ['flatten\n  dense', /line 2, column 1: Only repeat, residual and skip have lines indented/],
    ['dense', /column 1: dense needs its units: write it like “dense 64/],
    ['dense 0', /column 7: dense needs a whole number from 1 to 4096, not 0/],
    ['dense 6.5', /column 7: .*whole number.*not 6.5/],
    ['dense -4', /column 7: dense has no place for “-4”/],
    ['dense 64 128', /column 10: dense has no place for “128”/],
    ['conv 16 3x5', /column 9: Windows are square: write 3x3, not 3x5/],
    ['conv 16 13x13', /column 9: The window must be from 1x1 to 11x11/],
    ['conv 16 stride=0', /column 9: stride must be a whole number from 1 to 11, not “0”/],
    ['conv 16 stride=', /column 9: stride must be .*not “”/],
    ['conv 16 strid=2', /column 9: conv has no place for “strid=2”. It is written like “conv 16 3x3 stride=1 pad=1 bias=yes”/],
    ['conv 16 bias=maybe', /column 9: Write bias=yes or bias=no/],
    ['conv 16 stride=2 stride=2', /column 18: conv has no place/],
    ['relu 3', /column 6: relu stands alone: take “3” out/],
    ['dropout 0.95', /column 9: dropout needs a number from 0 to 0.9, not 0.95/],
    ['rnn 8 sigmoid', /column 7: rnn has no place for “sigmoid”/],
    ['tap', /column 1: tap needs a name/],
    ['tap Ä', /column 5: A name has up to 20 lower-case letters/],
    ['repeat 2', /column 1: repeat is empty/],
    ['repeat 65\n  relu', /column 8: repeat needs a whole number from 1 to 64/],
    ['residual\n  relu\n  skip\n    relu\n  relu', /line 5, column 3: A skip block is the last thing/],
    ['skip\n  relu', /column 1: skip belongs at the end of a residual block/],
    ['residual\n    relu\n  relu', /line 3, column 1: This indentation belongs to no block above/],
    ['residual\n\trelu', /line 2, column 1: Indent with spaces, not with a tab/],
    [Array.from({ length: 10 }, (_, i) => `${' '.repeat(i)}residual`).join('\n'), /Blocks can be nested 8 deep/],
  ];
  it.each(wrong)('says what is wrong with %j', (text, problem) => {
    expect(problems(text).join('\n')).toMatch(problem);
  });

  it('tells every mistake once, in order', () => {
    expect(problems('repaet 3\n  conv 4x4\n  relux\nflatten 1')).toEqual([
      expect.stringMatching(/^line 1, column 1: .*“repeat”/),
      expect.stringMatching(/^line 2, column 3: conv needs its channels/),
      expect.stringMatching(/^line 3, column 3: .*“relu”/),
      expect.stringMatching(/^line 4, column 9: flatten stands alone/),
    ]);
  });
});

it('knows a network that reads tokens by its first line', () => {
  expect(readsTokens('# GRU\n\n  embed 32\ngru 4')).toBe(true);
  expect(readsTokens('# embed\nflatten\nembed 3')).toBe(false);
  expect(readsTokens('embedding 3')).toBe(false);
});

it('takes the name of a network from the comment in its first line', () => {
  expect(titleOf('\n#  Deep and narrow  \nflatten')).toBe('Deep and narrow');
  expect(titleOf('flatten # no')).toBeNull();
});

it('passes over a byte order mark', () => {
  expect(parseText('\ufeffconv 8 3x3\nflatten').problems).toEqual([]);
});
