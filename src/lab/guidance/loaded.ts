/** Guides with weights out of a file: to which network of an experiment they belong, and their tensors. */
import type { WeightsFit } from '../../experiment/contract/lab.ts';
import { type PlainTensor, readSafetensors } from '../../experiment/contract/safetensors.ts';
import { fromTorch } from '../../experiment/contract/torchWeights.ts';
import { describeNetwork, type TaskShape, taskShape } from '../../experiment/networks/describe.ts';
import type { Experiment, LoadedGuideSpec, NetworkSpec } from '../../experiment/schema/schema.ts';
import { FileError } from '../files/errors.ts';
import type { Library } from '../files/library.ts';
import { buildNetwork } from '../networks/index.ts';
import type { PlainTensors } from '../networks/weights.ts';

/** Shapes of a network's tensors by the names under which they are kept, without the member axis. */
function shapesOf(network: NetworkSpec, task: TaskShape): Record<string, number[]> {
  const { parameters, statistics } = buildNetwork(network, task);
  return Object.fromEntries([
    ...parameters.map(({ name, shape }) => [`parameter/${name}`, shape]),
    ...statistics.flatMap(({ name, features }) => ['mean', 'variance'].map((kind) => [`${kind}/${name}`, [features]])),
  ]);
}

type Tensors = Record<string, PlainTensor>;

/** What PyTorch keeps besides: of a batch norm how many batches it has seen. */
const isExtra = (name: string): boolean => name.endsWith('.num_batches_tracked');

/** @throws {Error} with a sentence where they are not those of the network */
function tensorsFor(network: NetworkSpec, task: TaskShape, tensors: Tensors): PlainTensors {
  const shapes = shapesOf(network, task);
  const found = fromTorch(tensors, shapes);
  const count = Object.keys(tensors).filter((name) => !isExtra(name)).length;
  const wanted = Object.keys(shapes).length;
  if (count > wanted) throw new Error(`The file has ${count} tensors, where the network has ${wanted}.`);
  return Object.fromEntries(Object.entries(found).map(([name, { shape, data }]) => [name, { shape: [1, ...shape], data }]));
}

async function read(ref: { hash?: string; name: string }, library: Library): Promise<{ name: string; tensors: Tensors }> {
  const asset = await library.find(ref, 'weights');
  return { name: asset.name, tensors: readSafetensors(await (await library.part(asset, 'tensors')).arrayBuffer()) };
}

/**
 * The tensors of a guide.
 * @throws {MissingFilesError} when its file is not here
 * @throws {FileError} when they are another network's
 */
export async function loadWeights({ file, network }: LoadedGuideSpec, task: TaskShape, library: Library): Promise<PlainTensors> {
  const { name, tensors } = await read(file, library);
  try {
    return tensorsFor(network, task, tensors);
  } catch (error) {
    const remedy = 'Give the guide the network that they were trained in, or add it again from the file.';
    throw new FileError(`“${name}” are not the weights of ${describeNetwork(network, task).title}. ${(error as Error).message}`, remedy);
  }
}

/** The networks of an experiment, each with whose it is: the target's first. */
const networksOf = ({ target, guides }: Experiment): WeightsFit[] => [
  { network: target, guide: null },
  ...Object.entries(guides).flatMap(([guide, spec]) => ('network' in spec ? [{ network: spec.network, guide }] : [])),
];

/**
 * @returns the network that weights belong to
 * @throws {FileError} that says of the likeliest one why they do not
 */
export async function weightsFit(experiment: Experiment, hash: string, library: Library): Promise<WeightsFit> {
  const { name, tensors } = await read({ hash, name: 'these weights' }, library);
  const task = taskShape(experiment.task);
  const failed: { likeness: number; title: string; message: string }[] = [];
  for (const fit of networksOf(experiment)) {
    try {
      tensorsFor(fit.network, task, tensors);
      return fit;
    } catch (error) {
      // The layers whose names it shares tell what was meant.
      const { title, taps } = describeNetwork(fit.network, task);
      const layers = new Set(Object.keys(tensors).map((tensor) => tensor.split('.')[0]));
      const likeness = taps.filter((tap) => layers.has(tap.name.split('.')[0])).length / taps.length;
      failed.push({ likeness, title, message: (error as Error).message });
    }
  }
  const [{ title, message }] = failed.sort((a, b) => b.likeness - a.likeness);
  throw new FileError(
    `“${name}” fits no network of this experiment. As ${title}: ${message}`,
    'Open the experiment that they were trained in, or give a guide that network first.',
  );
}
