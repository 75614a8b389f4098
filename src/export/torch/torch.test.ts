import { describe, expect, it } from 'vitest';
import { findPreset } from '../../experiment/presets/presets.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { tinyExperiment, tinySequences } from '../../lab/testing/experiments.ts';
import { assemble, namesIn, notebook, script } from './assemble.ts';
import { partsFor } from './parts.ts';
import { call, code, python, tuple } from './python.ts';
import { refusedByTorch } from './refused.ts';
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../experiment/contract/safetensors.ts';
import { settings } from './settings.ts';
import { fromTorch, toTorch } from '../../experiment/contract/torchWeights.ts';

const programOf = (experiment: Experiment) => assemble('About it.', settings(experiment), partsFor(experiment));
const defined = (experiment: Experiment): string[] => Array.from(script(programOf(experiment)).matchAll(/^(?:class|def) (\w+)/gm), ([, name]) => name);

describe('the script', () => {
  it('has what the experiment uses and nothing else', () => {
    const images = defined(tinyExperiment());
    expect(images).toEqual(expect.arrayContaining(['FCN', 'ResNet', 'Dropout', 'even', 'cka', 'whole', 'FixedSet', 'Distil', 'Guide', 'learn']));
    for (const absent of [
      'ConvNet',
      'RNN',
      'Transformer',
      'rsa',
      'cca',
      'by_position',
      'FreshSequences',
      'Shuffled',
      'until',
      'changed',
      'tail',
      'reversed_guide',
      'through_forks',
      'Maps',
      'BesideMaps',
      'AlignShuffled',
      'MatchMoments',
      'Regularise',
      'warm_up',
      'until_stalled',
      'continued',
      'svcca',
    ])
      expect(images).not.toContain(absent);
    const tokens = defined(tinySequences('first-token'));
    expect(tokens).toEqual(expect.arrayContaining(['RNN', 'Transformer', 'by_position', 'FreshSequences', 'first_token', 'tail']));
    for (const absent of ['FCN', 'ResNet', 'Dropout', 'FixedSet', 'whole', 'parity_of_bits']) expect(tokens).not.toContain(absent);
  });

  it('defines every name once', () => {
    const all = defined(tinyExperiment());
    expect(new Set(all).size).toBe(all.length);
  });

  it('imports what it uses', () => {
    const text = script(programOf(tinySequences('first-token')));
    expect(text).toContain('import torch.nn.functional as F\n');
    expect(text).not.toMatch(/^from \./m);
    expect(text).not.toContain('#: ');
    expect(text).not.toContain('import copy.');
    expect(text.endsWith('if __name__ == "__main__":\n    main()\n')).toBe(true);
  });

  it('is a notebook, too, without the line that starts it', () => {
    const { cells, nbformat } = JSON.parse(notebook(programOf(tinyExperiment()), 'main([])')) as {
      cells: { cell_type: string; source: string[] }[];
      nbformat: number;
    };
    expect(nbformat).toBe(4);
    expect(cells[0]).toMatchObject({ cell_type: 'markdown', source: ['# About it.\n'] });
    const text = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
    expect(text.join('\n')).toContain('class FCN(nn.Module):');
    expect(text.join('\n')).not.toContain('__main__');
    expect(text.at(-1)).toBe('main([])');
  });
});

it('finds the names that Python reads', () => {
  expect([...namesIn('a = f(b.c, "d", f"{e} g")  # h')].sort()).toEqual(['a', 'b', 'e', 'f']);
});

it('writes Python', () => {
  expect(python({ a: [1, true, null, 'x"y'], b: tuple(1), c: code('d') })).toBe('{"a": [1, True, None, "x\\"y"], "b": (1,), "c": d}');
  expect(python(call('f', { one: 1, two: undefined, rate: 1e-8 }, 'x'))).toBe('f("x", one=1, rate=1e-8)');
  const long = Array.from({ length: 12 }, (_, i) => `layer-with-a-name-${i}`);
  expect(python(call('f', { names: long })).split('\n')[0]).toBe('f(');
  expect(
    Math.max(
      ...python(call('f', { names: long }))
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(112);
});

describe('safetensors', () => {
  const tensors = {
    weights: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    count: { shape: [], data: BigInt64Array.of(7n) },
    labels: { shape: [3], data: Uint8Array.of(1, 2, 3) },
  };

  it('come back as they were', () => expect(readSafetensors(writeSafetensors(tensors).buffer)).toEqual(tensors));

  it.each([
    ['too short', new ArrayBuffer(4), /its end is missing/],
    ['cut off', writeSafetensors(tensors).slice(0, -4).buffer, /are not all there/],
    ['something else', new TextEncoder().encode('\x04\0\0\0\0\0\0\0abcd').buffer, /does not begin with a list/],
  ])('are refused where they are %s', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
  });
});

describe('weights', () => {
  const lab = {
    'parameter/stem.weight': { shape: [3, 3, 2, 4], data: Float32Array.from({ length: 72 }, (_, i) => i) },
    'parameter/block1.depthwise.weight': { shape: [3, 3, 2], data: Float32Array.from({ length: 18 }, (_, i) => i) },
    'parameter/head.weight': { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    'parameter/stem.norm.gamma': { shape: [4], data: Float32Array.of(1, 2, 3, 4) },
    'mean/stem.norm': { shape: [4], data: Float32Array.of(5, 6, 7, 8) },
    'parameter/layer1.hiddenBias': { shape: [2], data: Float32Array.of(1, 2) },
  };
  const torch = toTorch(lab);
  const shapes = Object.fromEntries(Object.entries(lab).map(([name, { shape }]) => [name, shape]));

  it('have the names and axes of PyTorch', () => {
    expect(Object.fromEntries(Object.entries(torch).map(([name, { shape }]) => [name, shape]))).toEqual({
      'stem.weight': [4, 2, 3, 3],
      'block1.depthwise.weight': [2, 1, 3, 3],
      'head.weight': [3, 2],
      'stem.norm.weight': [4],
      'stem.norm.running_mean': [4],
      'stem.norm.num_batches_tracked': [],
      'layer1.bias_hh_l0': [2],
    });
    expect([...torch['head.weight'].data]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('come back', () => expect(fromTorch(torch, shapes)).toEqual(lab));

  it('that do not fit are named', () => {
    expect(() => fromTorch({}, shapes)).toThrow('no tensor stem.weight');
    expect(() => fromTorch(torch, { 'parameter/head.weight': [2, 4] })).toThrow('head.weight is of 3×2 values, where the network has 4×2');
  });
});

it('says what the script does not know', () => {
  expect(refusedByTorch(tinyExperiment())).toEqual([]);
  const imported = tinyExperiment();
  imported.guides.trained = {
    state: 'imported',
    file: { hash: '0'.repeat(64), name: 'mine' },
    model: { input: [8, 8, 3], layers: [{ name: 'a', shape: [3] }], parameters: 1, flops: 1 },
  };
  expect(refusedByTorch(imported)).toEqual(['The PyTorch script does not know guides out of files of tfjs yet.']);
  expect(refusedByTorch(findPreset('cifar')?.experiment as Experiment)).toEqual([]);
});
