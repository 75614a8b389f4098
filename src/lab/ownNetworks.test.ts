/** Networks in text form, as target and as guide, on WASM: every template trains. */
import { describe, expect, it } from 'vitest';
import { TEMPLATES } from '../experiment/custom/templates.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { formatProblem } from '../experiment/schema/problem.ts';
import type { Experiment, NetworkSpec } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const STEPS = 20;

describe('every template', () => {
  it.each(TEMPLATES)('$id: guides and is guided for 20 steps, without NaN and to a lower loss', async ({ text, reads }) => {
    const network: NetworkSpec = { family: 'custom', text, init: 'default', tap: 'post' };
    const base = reads === 'images' ? tinyExperiment() : tinySequences('first-token');
    const experiment: Experiment = {
      ...base,
      asks: undefined,
      target: network,
      guides: { untrained: { state: 'untrained', network } },
      seeds: [0],
      arms: [{ id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'untrained', weight: 1 }] }],
      base: { ...base.base, learningRate: 3e-3, batchSize: 16, steps: STEPS, evaluateEvery: STEPS, schedule: { kind: 'constant' }, mapping: { rule: 'even' } },
    };
    const parsed = parseExperiment(experiment);
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
    const { result } = await runToEnd(parsed.experiment, 'wasm');
    const [{ history, diverged, pairs }] = result.members;
    const mean = (losses: readonly (number | null)[]) => losses.reduce<number>((sum, loss) => sum + (loss ?? Number.NaN), 0) / losses.length;
    expect(diverged).toBeFalsy();
    expect(history.trainLoss).toHaveLength(STEPS);
    expect(mean(history.trainLoss.slice(-5))).toBeLessThan(mean(history.trainLoss.slice(0, 5)));
    for (const { start, end } of pairs) expect([start, end].every(Number.isFinite)).toBe(true);
    expect(pairs.length).toBeGreaterThan(0);
  });
});
