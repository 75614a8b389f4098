import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPreset } from '../src/experiment/presets/presets.ts';
import { type Command, parseCommand, parseExportCommand, UsageError } from './arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'arguments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const run = (...words: string[]) => parseCommand(words) as Extract<Command, { kind: 'run' }>;
const preset = findPreset('wide-fcn')?.experiment;

describe('parseCommand', () => {
  it('takes a preset as it is', () => {
    expect(run('wide-fcn')).toEqual({ kind: 'run', data: [], experiment: preset, backend: 'auto', retrain: [], mapBySimilarity: false, out: undefined });
    expect(run('wide-fcn', '--map-by-similarity').mapBySimilarity).toBe(true);
  });

  it('reads an experiment, or the one inside a result, from a file', () => {
    expect(run(file('e.json', preset)).experiment).toEqual(preset);
    expect(run(file('r.json', { schema: 1, experiment: preset, members: [] })).experiment).toEqual(preset);
  });

  it('sets fields: JSON or text, arms by id', () => {
    const { experiment } = run(
      'wide-fcn',
      '--set',
      'base.learningRate=1e-2',
      '--set',
      'question=Does it?',
      '--set',
      'arms.guided.terms.align.weight=2',
      '--set',
      'base.clipNorm=null',
    );
    expect(experiment.base.learningRate).toBe(0.01);
    expect(experiment.question).toBe('Does it?');
    expect(experiment.arms.find(({ id }) => id === 'guided')?.terms).toMatchObject([{ weight: 2 }]);
  });

  it('removes a field set to nothing', () => {
    expect(run('wide-fcn', '--set', 'arms.distilled.terms.distil=').experiment.arms.find(({ id }) => id === 'distilled')?.terms).toEqual([]);
  });

  it('understands paths and values of version 1', () => {
    const { arms, base } = run(
      'wide-fcn',
      '--set',
      'base.mapping=last',
      '--set',
      'base.measure=cka-debiased',
      '--set',
      'arms.guided.align.weight=2',
      '--set',
      'arms.guided.align.until=40',
      '--set',
      'arms.guided.align.mapping=[["stem","linear1"]]',
      '--set',
      'arms.distilled.distil=',
      '--set',
      'arms.unguided.align={"guide":"untrained","weight":1,"measure":"cka"}',
    ).experiment;
    expect(base).toMatchObject({ mapping: { rule: 'last', count: 1 }, measure: { name: 'cka-debiased' } });
    expect(arms.map(({ terms }) => terms)).toEqual([
      [{ kind: 'align', guide: 'untrained', weight: 1, measure: { name: 'cka' } }],
      [{ kind: 'align', guide: 'trained', weight: 2, mapping: [{ guide: 'stem', target: 'linear1' }], course: { kind: 'until', step: 40 } }],
      preset?.arms[2].terms,
      [],
    ]);
  });

  it('drops what the question compares with an arm that is taken out, and refuses a comparison with none', () => {
    expect(run('wide-fcn', '--set', 'arms.guided=').experiment.asks).toBeUndefined();
    expect(run('wide-fcn', '--set', 'arms.distilled=').experiment.asks).toEqual(preset?.asks);
    expect(() => run('wide-fcn', '--set', 'asks.arm=nobody')).toThrow('asks.arm names the arm "nobody"');
  });

  it('counts seeds from 0', () => expect(run('wide-fcn', '--seeds', '5').experiment.seeds).toEqual([0, 1, 2, 3, 4]));

  it('scales the budgets of trained guides with the steps', () => {
    const { experiment } = run('wide-fcn', '--steps', '25');
    expect(experiment.base.steps).toBe(25);
    expect(experiment.guides.trained).toMatchObject({ training: { steps: 30 } });
  });

  it('takes backend, guides and output', () => {
    expect(run('wide-fcn', '--backend', 'wasm', '--guide', 'train', '--out', 'x.json')).toMatchObject({ backend: 'wasm', retrain: ['trained'], out: 'x.json' });
  });

  it('knows --list and --help without an experiment', () => {
    expect(parseCommand(['--list'])).toEqual({ kind: 'list' });
    expect(parseCommand(['-h'])).toEqual({ kind: 'help' });
  });

  const wrong: [string, string[], RegExp][] = [
    ['nothing', [], /name a preset/],
    ['an unknown preset', ['narrow'], /"narrow" is neither a preset \(.*wide-fcn/],
    ['a missing file', ['none.json'], /no file none\.json/],
    ['two experiments', ['wide-fcn', 'deep-fcn'], /one experiment/],
    ['an unknown option', ['wide-fcn', '--fast'], /--fast/],
    ['an unknown backend', ['wide-fcn', '--backend', 'cuda'], /webgpu, wasm, cpu, not "cuda"/],
    ['an unknown guide source', ['wide-fcn', '--guide', 'fetch'], /"train"/],
    ['no seeds', ['wide-fcn', '--seeds', '0'], /--seeds must be a whole number from 1 to 32/],
    ['half a step', ['wide-fcn', '--steps', '1.5'], /--steps must be/],
    ['too many steps', ['wide-fcn', '--steps', '1000000'], /--steps must be/],
    ['a value without a path', ['wide-fcn', '--set', '=3'], /path=value/],
    ['a path that leads nowhere', ['wide-fcn', '--set', 'base.optimizer.rate=3'], /"base" has no field "optimizer"/],
    ['an unknown field', ['wide-fcn', '--set', 'base.stepz=3'], /unknown fields: "stepz"/],
    ['a value out of range', ['wide-fcn', '--set', 'base.learningRate=50'], /base\.learningRate must be at most 10, not 50/],
    ['an impossible size', ['wide-fcn', '--set', 'target.width=4096', '--seeds', '32'], /GB of memory/],
  ];
  it.each(wrong)('refuses %s in one line', (_what, words, message) => {
    let thrown: unknown;
    try {
      parseCommand(words);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toContain('\n');
  });

  it('refuses a file that is no JSON, or no experiment', () => {
    expect(() => run(file('broken.json', '{'))).toThrow(/not a JSON file/);
    expect(() => run(file('list.json', []))).toThrow(UsageError);
    expect(() => run(file('null.json', 'null'))).toThrow(UsageError);
    expect(() => run(file('null.json', 'null'), '--set', 'seeds=[1]')).toThrow(UsageError);
  });
});

describe('parseExportCommand', () => {
  const exported = (...words: string[]) => parseExportCommand([...words, '--to', 'torch', '--out', folder]);

  it('takes what is too large for a browser, if the script can make what it begins with', () => {
    expect(exported('wide-fcn')).toMatchObject({ beyond: false, experiment: preset });
    expect(exported('parity-paper')).toMatchObject({ kind: 'export', beyond: true, experiment: { preset: 'parity-paper' } });
    expect(exported('wikitext-rnn', '--set', 'target.width=1024', '--seeds', '2')).toMatchObject({ experiment: { target: { width: 1024 }, seeds: [0, 1] } });
    expect(() => exported('wide-fcn', '--set', 'target.width=8192')).toThrow(/at most 4096.*does not make data that the page draws/);
    expect(() => run('parity-paper')).toThrow('neither a preset');
  });
});
