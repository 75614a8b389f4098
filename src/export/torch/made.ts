/**
 * Experiments too large for the lab: the script makes initial weights, trains guides and draws or reads the data itself. What
 * it uses for that is in `parts/made.py`.
 */
import { startOf } from '../../experiment/contract/startingPoint.ts';
import { guideNetwork, weightsOf } from '../../experiment/plan/guides.ts';
import { warmupTasks } from '../../experiment/plan/warmup.ts';
import { sameValue } from '../../experiment/same.ts';
import { type Experiment, isImageTask, type NetworkSpec } from '../../experiment/schema/schema.ts';
import { call, code, define, later, type Python, python, tuple } from './python.ts';

/** Stands before everything that a dry run makes small. */
export const DRY_RUN = 'DRY_RUN = "--dry-run" in sys.argv  # two steps of a few examples';

export const ofDryRun = (dry: Python, full: Python): Python => code(`${python(dry)} if DRY_RUN else ${python(full)}`);

/** A network with its initial weights: PyTorch's own, or others. */
export const initialised = (network: NetworkSpec, built: Python): Python => (network.init === 'he' ? call('he_start', {}, built) : built);

/** Networks whose weights the script makes, by guide. */
const ownNetworks = (experiment: Experiment): [id: string, network: NetworkSpec][] =>
  Object.keys(experiment.guides).flatMap((id): [string, NetworkSpec][] => {
    const network = guideNetwork(experiment, id);
    return network && weightsOf(experiment, id) === id ? [[id, network]] : [];
  });

/** A guide's network without its weights. */
export const madeNetwork = (id: string): Python => code(`make_guide_networks()[${JSON.stringify(id)}]()`);

/** @param build of a network its expression */
export function madeDefinitions(experiment: Experiment, build: (network: NetworkSpec) => Python): string[] {
  const trained = Object.entries(experiment.guides).flatMap(([id, guide]): [string, Python][] =>
    guide.state === 'trained' && weightsOf(experiment, id) === id
      ? [[id, tuple(guide.training.steps, guide.training.batchSize, guide.training.learningRate)]]
      : [],
  );
  const networks = ownNetworks(experiment).map(([id, network]): [string, Python] => [id, later(build(network))]);
  return [
    `# How guides are trained: steps, batch size, learning rate.\nGUIDE_TRAINING = ${python(Object.fromEntries(trained))}`,
    define('make_guide_networks', '', 'What makes the networks of the guides.', Object.fromEntries(networks)),
  ];
}

interface Unmade {
  what: string;
  states: (experiment: Experiment) => boolean;
}

const UNMADE: readonly Unmade[] = [
  {
    what: 'data that the page draws (use image-files, text-file, or sequences that are new at every step)',
    states: ({ task }) => (isImageTask(task) ? task.kind !== 'image-files' : task.kind !== 'text-file' && !('train' in task && task.train === 'fresh')),
  },
  {
    what: 'initial weights other than default and he, the same for all arms',
    states: (experiment) =>
      [experiment.target, ...ownNetworks(experiment).map(([, network]) => network)].some(({ init }) => init !== 'default' && init !== 'he') ||
      experiment.arms.some((arm) => startOf(arm) !== 'target') ||
      Object.values(experiment.guides).some((guide) => 'control' in guide && guide.control === 'orthogonal'),
  },
  { what: 'the other task that a warm-up reads', states: (experiment) => warmupTasks(experiment).length > 0 },
  { what: 'a target of an arm’s own', states: ({ arms }) => arms.some(({ target }) => target !== undefined) },
  { what: 'guides out of files (name them with --guide instead)', states: ({ guides }) => Object.values(guides).some(({ state }) => state === 'loaded') },
  {
    what: 'guides that are trained with another task, optimiser, schedule or clipping than the arms',
    states: ({ guides, base }) =>
      Object.values(guides).some(
        (guide) =>
          guide.state === 'trained' &&
          (guide.training.task !== undefined ||
            guide.training.schedule.kind !== 'constant' ||
            base.schedule.kind !== 'constant' ||
            !sameValue(guide.training.optimiser, base.optimiser) ||
            (guide.training.clipNorm ?? null) !== base.clipNorm),
      ),
  },
];

/** Why a script cannot make all that the experiment begins with, in sentences; empty where it can. */
export const unmade = (experiment: Experiment): string[] =>
  UNMADE.filter(({ states }) => states(experiment)).map(({ what }) => `A script of an experiment too large for the page does not make ${what}.`);
