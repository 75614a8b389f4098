/** Every row of the table of quantities goes the whole way: recorded, told, exported, written and read again. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabEvent } from '../../experiment/contract/events.ts';
import { readResult } from '../../experiment/contract/readResult.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import {
  EVALUATION_QUANTITIES,
  GROUP_FIELDS,
  kindOf,
  lengthOf,
  nameOf,
  partsOf,
  QUANTITIES,
  quantity,
  type QuantityId,
  type QuantityOf,
  STEP_QUANTITIES,
} from '../../experiment/series.ts';
import { members } from '../../experiment/plan/plan.ts';
import { findPreset } from '../../experiment/presets/presets.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { RunData } from '../../state/runData.ts';
import { csvBlocks } from '../../ui/compare/exports.ts';
import { runToEnd } from '../testing/collect.ts';

/** A text: its labels have groups, and some arms are guided, by another measure than CKA. */
const preset = findPreset('lm-small')?.experiment as Experiment;
const experiment = {
  ...preset,
  seeds: [0],
  guides: { untrained: preset.guides.untrained },
  arms: preset.arms.filter((arm) => arm.terms.every((term) => term.kind === 'align' && term.guide === 'untrained')),
  task: { ...preset.task, valTokens: 2000 },
  base: { ...preset.base, measure: { name: 'rsa-euclidean' }, batchSize: 4, steps: 4, evaluateEvery: 2 },
} as Experiment;

let result: RunResult;
let heard: RunData;
let read: RunData;
let csv: string[];
beforeAll(async () => {
  const played = await runToEnd(experiment, 'wasm');
  result = played.result;
  const told = (events: readonly LabEvent[]) => {
    const data = new RunData(experiment);
    for (const event of events) data.apply(event);
    return data;
  };
  heard = told(played.events);
  const again = readResult(JSON.parse(JSON.stringify(result)), experiment);
  if (!again.ok) throw new Error(again.message);
  read = told(again.events);
  csv = [...csvBlocks(heard)].join('').trimEnd().split('\n');
}, 120_000);

/** `[times × members × parts]` of a quantity. */
const values = (data: RunData, id: QuantityId): number[] => {
  const step = STEP_QUANTITIES.find((known) => known === id);
  const evaluation = EVALUATION_QUANTITIES.find((known) => known === id);
  if (step) return Array.from({ length: data.steps[step].values.length }, (_, row) => data.members.map((__, m) => data.steps[step].values.at(row, m))).flat();
  return evaluation ? data.evaluations.flatMap(({ series }) => [...series[evaluation]]) : [];
};

describe.each(Object.keys(QUANTITIES) as QuantityId[])('%s', (id) => {
  const parts = partsOf(experiment);
  const all = members(experiment);
  const { when, extent, sparse } = quantity(id);

  it('is recorded at every time, for every member and part, within its range', () => {
    const recorded = values(heard, id);
    const times = when === 'step' ? experiment.base.steps : 3;
    expect(recorded).toHaveLength(times * lengthOf(id, all.length, parts));
    const known = recorded.filter(Number.isFinite);
    expect(known.length).toBeGreaterThan(0);
    if (!sparse) expect(known).toHaveLength(recorded.length);
    const [low, high] = kindOf(id, experiment.task).range;
    for (const value of known) expect(value >= low && value <= high).toBe(true);
  });

  it('comes back out of a result file', () => {
    expect(values(read, id)).toEqual(values(heard, id));
    const member = result.members.find(({ arm }) => !sparse || arm === 'guided-untrained');
    const written = extent === 'group' ? member?.groups?.[0].history[GROUP_FIELDS[id as QuantityOf<'group'>]] : member?.history[id as 'valLoss'];
    expect(written).toHaveLength(when === 'step' ? experiment.base.steps : 3);
  });

  it('stands in the CSV, except of members that have nothing of it', () => {
    const own = parts[extent];
    const recorded = values(heard, id);
    all.forEach(({ arm, seed }, m) => {
      own.forEach((part, p) => {
        const name = nameOf(id, experiment.task, 'csv') + (part && `:${part}`);
        const lines = csv.filter((line) => line.startsWith(`${arm},${seed},`) && line.split(',')[3] === name).map((line) => Number(line.split(',')[4]));
        const mine = recorded.filter((_, i) => i % own.length === p && Math.floor(i / own.length) % all.length === m);
        expect(lines).toEqual(sparse && !mine.some(Number.isFinite) ? [] : mine.map((value) => Number(value.toPrecision(7))));
      });
    });
  });
});
