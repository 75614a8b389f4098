/** Results that were exported under schema version 1: each is read, and its experiment run again gives the same curves, bit for bit. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Lab } from '../experiment/contract/lab.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { formatProblem } from '../experiment/schema/problem.ts';
import { readResult } from '../experiment/contract/readResult.ts';
import type { MatrixResult, MemberResult, RunResult } from '../experiment/contract/result.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { nodeWasmFiles } from './backend/nodeWasmFiles.ts';
import { cifarFile, given } from './files/testing.ts';
import { createLab } from './lab.ts';
import { forbidFusedMultiplyAdd } from './testing/plainWasm.ts';

const FIXTURES = new URL('../experiment/fixtures/v1/', import.meta.url);
const results = Object.entries(import.meta.glob<RunResult>('../experiment/fixtures/v1/results/*.json', { eager: true, import: 'default' })).map(
  ([path, result]) => [path.split('/').at(-1)?.replace('.json', '') ?? '', result] as const,
);

/** Everything that version 1 recorded but debiased CKA, whose arithmetic is not promised to stay as it was. */
function recorded({ pairs, history, matrices = {}, ...rest }: MemberResult) {
  const { similarityDebiased: _, alignmentLoss: __, ...curves } = history;
  const known = ({ cka, chance }: MatrixResult) => ({ cka, chance });
  return {
    ...rest,
    history: curves,
    pairs: pairs.map(({ startDebiased: _, endDebiased: __, ...pair }) => pair),
    matrices: Object.fromEntries(Object.entries(matrices).map(([guide, { start, end }]) => [guide, { start: known(start), end: known(end) }])),
  };
}

function parsed(data: unknown): Experiment {
  const read = parseExperiment(data);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join('; '));
  return read.experiment;
}

// One lab for all: every new one checks its backend first.
let lab: Lab;
let events: LabEvent[] = [];

beforeAll(async () => {
  forbidFusedMultiplyAdd();
  lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  lab.subscribe((event) => events.push(event));
  await lab.warmUp('wasm');
  // What the results with files of a person's own were made from; experiments name them by hash.
  await lab.addFiles([given('data_batch_1.bin', cifarFile(120)), given('test_batch.bin', cifarFile(80, { first: 120 }))]);
  await lab.addFiles(['model.json', 'model.weights.bin'].map((name) => given(name, Uint8Array.from(readFileSync(new URL(`files/${name}`, FIXTURES))))));
}, 120_000);
afterAll(() => lab.dispose());

async function run(experiment: Experiment): Promise<RunResult> {
  events = [];
  await lab.open(experiment, { backend: 'wasm' });
  await lab.run();
  for (;;) {
    for (const event of events) {
      if (event.type === 'run.finished') return event.result;
      if (event.type === 'run.failed') throw new Error(event.failure.message);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('are of every kind', () => expect(results).toHaveLength(14));

describe.each(results)('%s', (_, kept) => {
  it('is read with its curves', () => {
    const read = readResult(kept, parsed(kept.experiment));
    if (!read.ok) throw new Error(read.message);
    const training = read.events.flatMap((event) => (event.type === 'training.recorded' ? [event.records] : []));
    expect(training).toHaveLength(1);
    kept.members.forEach(({ history }, m) => {
      expect(history.trainLoss).toEqual(history.step.map((step) => training[0].series.trainLoss[(step - 1) * kept.members.length + m]));
    });
    const evaluated = read.events.flatMap((event) => (event.type === 'evaluation.recorded' ? [event.record.step] : []));
    expect(evaluated).toEqual(kept.members[0].history.valStep);
  });

  it('comes out again', async () => {
    const again = await run(parsed(kept.experiment));
    expect(again.environment.adapter).toBe(kept.environment.adapter);
    expect(again.members.map(recorded)).toEqual(kept.members.map(recorded));
    expect(again.guides).toEqual(kept.guides);
  });
});
