/** An experiment as a folder for PyTorch: the script, the weights that it begins with, its data. */
import type { Examples, StartingPoint } from '../../experiment/contract/startingPoint.ts';
import { labelGroups, taskMetric, taskShape } from '../../experiment/networks/describe.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { about, aboutMade } from './about.ts';
import { assemble, notebook, script } from './assemble.ts';
import { unmade } from './made.ts';
import { partsFor } from './parts.ts';
import { type PlainTensor, writeSafetensors } from '../../experiment/contract/safetensors.ts';
import { refusedByTorch } from './refused.ts';
import { settings } from './settings.ts';
import { warmupSets } from './warmups.ts';
import { mapsToTorch, toTorch } from '../../experiment/contract/torchWeights.ts';

/** Content by path. */
export type ExportedFiles = Record<string, string | Uint8Array<ArrayBuffer>>;

/** A set of examples in the shapes that the script expects. */
function exampleTensors(name: string, { examples, inputs, labels, groups }: Examples, shape: readonly number[]): Record<string, PlainTensor> {
  return {
    [`${name}.inputs`]: { shape: [examples, ...shape], data: inputs },
    [`${name}.labels`]: { shape: [labels.length], data: labels },
    ...(groups && { [`${name}.groups`]: { shape: [groups.length], data: groups } }),
  };
}

/** The training examples of another task that a warm-up reads, or its text; where they are new at every step neither. */
const warmupTensors = (name: string, { train, text }: Pick<StartingPoint, 'train' | 'text'>, shape: readonly number[]): Record<string, PlainTensor> => ({
  ...(train && exampleTensors(name, train, shape)),
  ...(text && { [`${name}.text`]: { shape: [text.length], data: text } }),
});

/** What a result file says of the run beside its members. */
function frame(experiment: Experiment, { scores, version }: Pick<StartingPoint, 'scores' | 'version'>, groups: readonly string[]): object {
  return {
    experiment,
    version,
    metric: taskMetric(experiment.task),
    guides: scores,
    layers: { target: tapNames(experiment), guides: Object.fromEntries(Object.keys(experiment.guides).map((id) => [id, tapNames(experiment, id)])) },
    pairs: observedPairs(experiment),
    groups,
  };
}

/** The script, the same as a notebook, and what its result repeats. */
function written(experiment: Experiment, made: boolean, framed: object): ExportedFiles {
  const program = assemble(made ? aboutMade(experiment) : about(experiment), settings(experiment, made), partsFor(experiment, made));
  return {
    'train.py': script(program),
    'train.ipynb': notebook(program, `main(["--arm", "${experiment.arms[0].id}", "--seed", "${experiment.seeds[0]}"])`),
    'experiment.json': `${JSON.stringify(framed)}\n`,
  };
}

/** Why an experiment too large for the page cannot be exported, in sentences; empty where it can. */
export const refusedBeyond = (experiment: Experiment): string[] => [...refusedByTorch(experiment), ...unmade(experiment)];

/**
 * The folder of an experiment too large for the page: a script that makes weights and data itself.
 * @param version of this page
 * @throws {Error} for what cannot be exported, in sentences (`refusedBeyond`)
 */
export function torchFilesBeyond(experiment: Experiment, version: string): ExportedFiles {
  const refused = refusedBeyond(experiment);
  if (refused.length > 0) throw new Error(refused.join(' '));
  // Groups of labels are made where data are read, in the lab.
  return written(experiment, true, frame(experiment, { scores: [], version }, []));
}

/**
 * The folder.
 * @throws {Error} for what cannot be exported, in sentences (`refusedByTorch`)
 */
export function torchFiles(experiment: Experiment, start: StartingPoint): ExportedFiles {
  const refused = refusedByTorch(experiment);
  if (refused.length > 0) throw new Error(refused.join(' '));
  const { input } = taskShape(experiment.task);
  const weights = [
    ...start.targets.map(({ start: name, seed, tensors }) => [`${name}-${seed}`, toTorch(tensors)] as const),
    ...start.maps.map(({ start: name, seed, tensors }) => [`maps-${name}-${seed}`, mapsToTorch(tensors)] as const),
    ...start.guides.map(({ guide, seed, tensors }) => [seed === null ? `guide-${guide}` : `guide-${guide}-${seed}`, toTorch(tensors)] as const),
  ];
  return {
    ...written(experiment, false, frame(experiment, start, labelGroups(experiment.task))),
    'data.safetensors': writeSafetensors({
      ...(start.train && exampleTensors('train', start.train, input)),
      ...exampleTensors('val', start.val, input),
      ...(start.text && { text: { shape: [start.text.length], data: start.text } }),
      ...Object.assign({}, ...warmupSets(experiment).map((name, i) => warmupTensors(name, start.warmups[i], input))),
    }),
    ...Object.fromEntries(weights.map(([name, tensors]) => [`weights/${name}.safetensors`, writeSafetensors(tensors)])),
  };
}
