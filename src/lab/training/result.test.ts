/** A result that is written and read again tells the run as it was heard. */
import { describe, expect, it } from 'vitest';
import type { LabEvent } from '../../experiment/contract/events.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { members } from '../../experiment/plan/plan.ts';
import { STEP_QUANTITIES } from '../../experiment/series.ts';
import { type ReadResult, readResult } from '../../experiment/contract/readResult.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import { RunData } from '../../state/runData.ts';
import { runToEnd } from '../testing/collect.ts';
import { tinyExperiment, tinySequences } from '../testing/experiments.ts';

const written = (result: RunResult) => JSON.parse(JSON.stringify(result));

const take = (read: ReadResult) => {
  if (!read.ok) throw new Error(read.message);
  return read.events;
};

const dataOf = (events: readonly LabEvent[], { experiment }: RunResult) => {
  const data = new RunData(experiment);
  for (const event of events) data.apply(event);
  return data;
};

describe('a result read again', () => {
  const heard = runToEnd(tinyExperiment({ 'base.steps': 9 }), 'wasm');

  it.each(['images', 'sequences'])('has the same curves, matrices and predictions (%s)', async (kind) => {
    const { result, events } = await (kind === 'images' ? heard : runToEnd(tinySequences('copy-paste'), 'wasm'));
    const again = take(readResult(written(result), result.experiment));
    const [a, b] = [dataOf(events, result), dataOf(again, result)];
    expect(b.evaluations).toEqual(a.evaluations);
    expect(b.pairs.length).toBeGreaterThan(0);
    expect(b.evaluations.length).toBeGreaterThan(2);
    for (const id of STEP_QUANTITIES) {
      const [heard, read] = [a.steps[id].values, b.steps[id].values];
      expect(read.length).toBe(heard.length);
      for (let row = 0; row < heard.length; row++) for (let m = 0; m < a.members.length; m++) expect(read.at(row, m)).toBe(heard.at(row, m));
    }
    expect(b.steps.trainLoss.smooth.length).toBe(result.experiment.base.steps);
    expect(b.predictions).toEqual(a.predictions);
    expect(b.predictions?.length).toBeGreaterThan(0);
    expect(b.guidesReady).toEqual(a.guidesReady);
    for (const [record, own] of [
      [b.matrices.first, a.matrices.first],
      [b.matrices.latest, a.matrices.latest],
    ])
      for (const guide of Object.keys(result.experiment.guides))
        own?.byGuide[guide].forEach((value, i) => expect(record?.byGuide[guide][i]).toBeCloseTo(value, 4));
    expect(again.at(-1)).toEqual({ type: 'run.finished', result: { ...written(result), experiment: result.experiment } });
  });

  it('takes files of schema 1: recorded pairs are all that is known of the layers', async () => {
    const { result } = await heard;
    const { finishedAt: _, layers: __, ...rest } = written(result) as RunResult;
    const old = {
      ...rest,
      schema: 1,
      members: rest.members.map(({ matrices, predictions, history: { similarityChance, ...history }, ...member }) => ({ ...member, history })),
    };
    const data = dataOf(take(readResult(old, result.experiment)), result);
    expect(data.predictions).toBeNull();
    const [pair] = observedPairs(result.experiment);
    const [{ arm }] = members(result.experiment);
    expect(data.latestSimilarity(arm, pair.guide, pair.guideTap, pair.targetTap)).toBeCloseTo(
      result.members.filter((m) => m.arm === arm).reduce((sum, m) => sum + (m.pairs[0].end ?? Number.NaN), 0) / result.experiment.seeds.length,
      5,
    );
  });

  it.each<[string, (result: RunResult) => unknown, RegExp]>([
    ['labels of other examples', (r) => ({ ...r, labels: [0, 1] }), /labels has 2 entries/],
    ['a member too few', (r) => ({ ...r, members: r.members.slice(1) }), /members has \d+ entries/],
    ['members in another order', (r) => ({ ...r, members: [...r.members].reverse() }), /not those of the experiment/],
    [
      'training cut off',
      (r) => ({ ...r, members: r.members.map((m) => ({ ...m, history: { ...m.history, trainLoss: m.history.trainLoss.slice(2) } })) }),
      /trainLoss has 7 entries instead of 9/,
    ],
    [
      'words for numbers',
      (r) => ({ ...r, members: r.members.map((m) => ({ ...m, history: { ...m.history, valLoss: m.history.valLoss.map(String) } })) }),
      /not a number/,
    ],
    [
      'a matrix too small',
      (r) => ({ ...r, members: r.members.map((m) => ({ ...m, matrices: { trained: { start: { cka: [], debiased: [], chance: [] } } } })) }),
      /matrices\.cka has 0/,
    ],
    ['no members', ({ members: _, ...r }) => r, /members is missing/],
    ['a newer form', (r) => ({ ...r, schema: 99 }), /newer version/],
  ])('says what is wrong with %s', async (_, damage, message) => {
    const { result } = await heard;
    expect(readResult(damage(written(result)), result.experiment)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});
