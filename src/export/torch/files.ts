/** An experiment as a folder for PyTorch: the script, the weights that it begins with, its data. */
import type { Examples, StartingPoint } from '../../experiment/contract/startingPoint.ts';
import { labelGroups, taskMetric, taskShape, taskTitle } from '../../experiment/networks/describe.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { assemble, notebook, script } from './assemble.ts';
import { PARTS } from './parts.ts';
import { type PlainTensor, writeSafetensors } from './safetensors.ts';
import { refusedByTorch } from './refused.ts';
import { settings } from './settings.ts';
import { mapsToTorch, toTorch } from './weights.ts';

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

/** What a result file says of the run beside its members. */
function frame(experiment: Experiment, { scores, version }: StartingPoint): object {
  return {
    experiment,
    version,
    metric: taskMetric(experiment.task),
    guides: scores,
    layers: { target: tapNames(experiment), guides: Object.fromEntries(Object.keys(experiment.guides).map((id) => [id, tapNames(experiment, id)])) },
    pairs: observedPairs(experiment),
    groups: labelGroups(experiment.task),
  };
}

const about = (experiment: Experiment): string => {
  const { question, task, arms, seeds, preset } = experiment;
  return `${question || `Guidance on ${taskTitle(task)}`}

An experiment of the Guidance Playground ("${preset}", after "Training the Untrainable", arXiv 2410.20035) in PyTorch 1.13 or
later: ${arms.length} ${arms.length === 1 ? 'arm' : 'arms'} with ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} each, from the same initial weights, on the same batches.

    python train.py                              every arm with every seed, one after the other; writes result.json
    python train.py --arm ${arms[0].id} --seed ${seeds[0]}      one of them: as a job of an array; the last one writes result.json
    python train.py --parity                     order of batches and dropout masks as in the playground
    torchrun --nproc-per-node 4 train.py --gather    each of them on 4 GPUs, CKA over the whole batch

The playground draws result.json beside its own runs. Beside the script: weights/ (what targets and guides begin with),
data.safetensors, experiment.json (what the result repeats), and the same program as a notebook, train.ipynb.
`;
};

/**
 * The folder.
 * @throws {Error} for what cannot be exported, in sentences (`refusedByTorch`)
 */
export function torchFiles(experiment: Experiment, start: StartingPoint): ExportedFiles {
  const refused = refusedByTorch(experiment);
  if (refused.length > 0) throw new Error(refused.join(' '));
  const program = assemble(about(experiment), settings(experiment), PARTS);
  const { input } = taskShape(experiment.task);
  const weights = [
    ...start.targets.map(({ start: name, seed, tensors }) => [`${name}-${seed}`, toTorch(tensors)] as const),
    ...start.maps.map(({ start: name, seed, tensors }) => [`maps-${name}-${seed}`, mapsToTorch(tensors)] as const),
    ...start.guides.map(({ guide, seed, tensors }) => [seed === null ? `guide-${guide}` : `guide-${guide}-${seed}`, toTorch(tensors)] as const),
  ];
  return {
    'train.py': script(program),
    'train.ipynb': notebook(program, `main(["--arm", "${experiment.arms[0].id}", "--seed", "${experiment.seeds[0]}"])`),
    'experiment.json': `${JSON.stringify(frame(experiment, start))}\n`,
    'data.safetensors': writeSafetensors({
      ...(start.train && exampleTensors('train', start.train, input)),
      ...exampleTensors('val', start.val, input),
      ...(start.text && { text: { shape: [start.text.length], data: start.text } }),
    }),
    ...Object.fromEntries(weights.map(([name, tensors]) => [`weights/${name}.safetensors`, writeSafetensors(tensors)])),
  };
}
