import { describe, expect, it } from 'vitest';
import { findPreset } from '../src/experiment/presets/presets.ts';
import type { MemberResult, RunResult } from '../src/experiment/contract/result.ts';
import type { Progress } from '../src/headless.ts';
import { ProgressLines } from './progress.ts';
import { spread, summary, table } from './report.ts';

function member(arm: string, seed: number, valMetric: number | null): MemberResult {
  return {
    arm,
    seed,
    diverged: valMetric === null,
    divergedAt: valMetric === null ? 7 : null,
    initial: { valLoss: 2.1, valMetric: 0.125 },
    final: { trainLoss: 1, trainMetric: 0.7, valLoss: valMetric === null ? null : 1.5, valMetric, valMetricRecalibrated: valMetric },
    best: { step: 200, valLoss: 1.4, valMetric },
    pairs: [{ guide: 'trained', guideTap: 'a', targetTap: 'b', start: 0.1, end: 0.6, startDebiased: 0, endDebiased: 0.5, chance: 0.1 }],
    history: { step: [], trainLoss: [], trainMetric: [], valStep: [], valLoss: [], valMetric: [], similarity: [], similarityDebiased: [] },
  };
}

function result(): RunResult {
  const experiment = structuredClone(findPreset('wide-fcn')?.experiment) as RunResult['experiment'];
  experiment.arms = experiment.arms.slice(0, 2);
  return {
    schema: 1,
    experiment,
    environment: { backend: 'wasm', adapter: 'SIMD, 2 threads', browser: 'Chromium', version: '1' },
    metric: { name: 'accuracy', higherIsBetter: true, chance: 0.125 } as RunResult['metric'],
    timing: { seconds: 100, stepsPerSecond: 2.5 },
    guides: [{ id: 'trained', state: 'trained', seed: 0, score: 0.9, valLoss: 0.3, source: 'trained-now' }],
    members: [
      ...[0.33, 0.32, 0.34].map((score, seed) => member('unguided', seed, score)),
      ...[0.54, 0.53, null].map((score, seed) => member('guided', seed, score)),
    ],
    events: [{ step: 7, text: 'guided, seed 2: frozen' }],
    summary: [],
  };
}

describe('spread', () => {
  it('is mean ± sample deviation of what is there', () => {
    expect(spread([0.5, 0.6, null], true)).toBe('55.0 ± 7.1 %');
    expect(spread([1.23456], false)).toBe('1.235');
    expect(spread([null, Number.NaN], true)).toBe('—');
  });
});

describe('table', () => {
  it('lines columns up', () => {
    expect(
      table([
        ['a', 'bb'],
        ['ccc', 'd'],
      ]),
    ).toBe('a     bb\n────────\nccc    d'.replace('────────', '─'.repeat(8)));
  });
});

describe('summary', () => {
  it('has a row per arm, the guides, the verdict and the notes', () => {
    const text = summary(result());
    // The answer comes first: of three seeds one diverged.
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Can a trained ResNet make a network that memorises generalise?',
      'Too early to say. Two seeds without divergence show Guided 53.5 % against unguided 32.5 %, better in 2 of 2: run three or more seeds.',
    ]);
    expect(text).toContain('250 steps, 3 seeds, 100 s (2.5 steps/s) on wasm (SIMD, 2 threads)');
    expect(text).toContain('Guide "trained" (trained, trained now): accuracy 90.0 %');
    expect(text).toContain('Guide "untrained" (not used)');
    expect(text).toMatch(/Unguided\s+33\.0 ± 1\.0 %/);
    expect(text).toMatch(/Guided \(1 of 3 diverged\)\s+53\.5 ± 0\.7 %/);
    expect(text).toMatch(/0\.600/);
    expect(text).toContain('step 7: guided, seed 2: frozen');
    expect(text).not.toMatch(/undefined|NaN|null|\[object/);
  });
});

describe('ProgressLines', () => {
  it('tells phases once and steps now and then, but always the last', () => {
    let now = 0;
    const lines: string[] = [];
    const progress = new ProgressLines(
      (line) => lines.push(line),
      () => now,
    );
    const step = (n: number): Progress => ({ type: 'step', step: n, steps: 4, stepsPerSecond: 1, secondsLeft: 4 - n });
    progress.show({ type: 'phase', phase: 'running', detail: '' });
    progress.show({ type: 'phase', phase: 'running', detail: '' });
    for (let n = 1; n <= 4; n++) {
      progress.show(step(n));
      now += 100;
    }
    expect(lines).toEqual(['running', 'step 1 of 4, 1.0 steps/s, 3 s left', 'step 4 of 4, 1.0 steps/s, 0 s left']);
  });
});
