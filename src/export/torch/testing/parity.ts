/** Writes an exported experiment with what the lab makes of its first steps, for `parity.py` to hold the script against. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrainingRecords } from '../../../experiment/contract/events.ts';
import type { Checkpoint } from '../../../experiment/contract/lab.ts';
import { members } from '../../../experiment/plan/plan.ts';
import type { Experiment } from '../../../experiment/schema/schema.ts';
import type { Kernels } from '../../../lab/backend/kernels/types.ts';
import { Run } from '../../../lab/training/run.ts';
import { prepareGuides } from '../../../lab/training/prepareGuides.ts';
import { startingPoint } from '../../../lab/training/startingPoint.ts';
import { openWarmupTasks } from '../../../lab/training/warmupTasks.ts';
import type { GuideStore } from '../../../lab/guidance/store.ts';
import { Library } from '../../../lab/files/library.ts';
import { openStorage } from '../../../lab/files/storage.ts';
import { DirectSteps } from '../../../lab/backend/steps.ts';
import { createTask, type DrawnTaskSpec } from '../../../lab/tasks/index.ts';
import { type ExportedFiles, torchFiles } from '../files.ts';
import { type PlainTensor, writeSafetensors } from '../../../experiment/contract/safetensors.ts';
import { mapsToTorch, toTorch, toTorchLayout, torchName } from '../../../experiment/contract/torchWeights.ts';

/** Steps that are compared. */
const STEPS = 5;

export function writeFolder(folder: string, files: ExportedFiles): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Weights and moments of one member by PyTorch's names, out of what `Run.save` gave. */
function stateOf(saved: Checkpoint['tensors'], arm: string, member: number): Record<string, PlainTensor> {
  const own: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }> = {};
  for (const [name, { shape, data }] of Object.entries(saved)) {
    if (!name.startsWith(`${arm}/`)) continue;
    const size = data.length / shape[0];
    own[name.slice(arm.length + 1)] = { shape: shape.slice(1), data: data.slice(member * size, (member + 1) * size) };
  }
  const network = Object.fromEntries(Object.entries(own).filter(([name]) => /^(parameter|mean|variance)\//.test(name)));
  const moments = Object.entries(own).flatMap(([name, { data }]): [string, PlainTensor][] => {
    const [, slot, parameter] = /^optimiser\/(\w+)\/(.+)$/.exec(name) ?? [];
    if (slot === undefined) return [];
    const saves = `parameter/${parameter}`;
    const { shape } = own[saves];
    return [[`${slot}/${torchName(saves, shape.length)}`, toTorchLayout(saves, { shape, data })]];
  });
  const maps = Object.entries(own).flatMap(([name, { shape, data }]): [string, PlainTensor][] => {
    const [, part, key] = /^map\/(?:optimiser\/)?(\w+)\/(.+)$/.exec(name) ?? [];
    return key === undefined ? [] : [[`map/${part}/${key}`, mapsToTorch({ key: { shape, data } }).key]];
  });
  return {
    ...Object.fromEntries(maps),
    ...Object.fromEntries(Object.entries(toTorch(network)).map(([name, tensor]) => [`network/${name}`, tensor])),
    ...Object.fromEntries(moments),
  };
}

/** Whether the course of a term reads evaluations. */
const waits = ({ arms }: Experiment): boolean => arms.some(({ terms }) => terms.some(({ course }) => course?.kind === 'stall'));

/**
 * @param folder to be made
 * @param store where trained guides come from
 */
export async function writeParityCase(folder: string, experiment: Experiment, kernels: Kernels, store: GuideStore): Promise<void> {
  const task = createTask(experiment.task as DrawnTaskSpec);
  const parts = { experiment, task, kernels, stepper: () => new DirectSteps(), store, library: new Library(openStorage) };
  writeFolder(folder, torchFiles(experiment, await startingPoint(parts)));

  const { guides } = await prepareGuides({ ...parts, options: {}, tell: () => {}, pause: async () => {} });
  const run = new Run(experiment, task, guides, kernels, new DirectSteps(), await openWarmupTasks(experiment, parts.library));
  const all = members(experiment);
  const states: Record<string, PlainTensor> = {};
  const keep = async () => {
    const saved = await run.save();
    for (const { arm, seed } of all) {
      const own = stateOf(saved, arm, experiment.seeds.indexOf(seed));
      for (const [name, tensor] of Object.entries(own)) states[`${arm}-${seed}|${run.step}|${name}`] = tensor;
    }
  };
  // Before step 0 there may be warm-ups.
  const first = run.step;
  const evaluations = [await run.evaluate()];
  await keep();
  for (let step = 0; step < STEPS; step++) {
    await run.advance();
    await keep();
    // Courses may wait for what an evaluation finds.
    if (run.step === 0 || (run.evaluationDue && waits(experiment))) evaluations.push(await run.evaluate());
  }
  const told: TrainingRecords[] = [];
  for (let records = await run.flush(); records; records = await run.flush()) told.push(records);
  const value = (values: Float32Array, i: number): number | null => (Number.isFinite(values[i]) ? values[i] : null);
  /** What a quantity has of a member. */
  const pieces = (values: ArrayLike<number>, m: number): (number | null)[] => {
    const each = values.length / all.length;
    return Array.from({ length: each }, (_, i) => value(values as Float32Array, m * each + i));
  };
  const found = all.map(({ arm, seed }, m) => ({
    arm,
    seed,
    evaluations: evaluations.map(({ step, series, matrices, predictions }) => ({
      step,
      loss: value(series.valLoss, m),
      metric: value(series.valMetric, m),
      predictions: pieces(predictions, m),
      groups: pieces(series.groupLoss, m).map((loss, g) => [loss, pieces(series.groupAccuracy, m)[g]]),
      measured: pieces(series.similarityMeasured, m),
      matrices: Object.fromEntries(
        Object.entries(matrices).map(([guide, values]) => {
          const own = pieces(values, m);
          return [guide, Array.from({ length: own.length / 3 }, (_, cell) => own.slice(3 * cell, 3 * cell + 3))];
        }),
      ),
    })),
    steps: told.flatMap(({ firstStep, count, series }) =>
      Array.from({ length: count }, (_, i) => ({
        step: firstStep + i - 1,
        loss: value(series.trainLoss, i * all.length + m),
        metric: value(series.trainMetric, i * all.length + m),
        alignment: value(series.alignmentLoss, i * all.length + m),
      })),
    ),
  }));
  if (found[0].steps.length !== STEPS || found[0].steps[0].step !== first) throw new Error('not every step was recorded');
  writeFileSync(join(folder, 'parity.json'), JSON.stringify(found));
  writeFileSync(join(folder, 'parity.safetensors'), writeSafetensors(states));
  run.dispose();
}
