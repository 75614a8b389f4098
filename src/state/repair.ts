/** Keeping an edited experiment consistent: an edit in one place must not make another place impossible. */
import { termOf, withoutLostAsks, withoutUnusedBiases, withTermOf } from '../experiment/plan/arms.ts';
import { standsAlone } from '../experiment/plan/guides.ts';
import { tapNames } from '../experiment/plan/pairs.ts';
import { patchSizes, type TaskShape, taskShape } from '../experiment/networks/describe.ts';
import { type Experiment, type GuideSpec, isDrawn, type MappingSpec, type NetworkSpec } from '../experiment/schema/schema.ts';
import { withNamesOfForks, withNamesOfGuides } from './armNames.ts';
import { withoutLostForks } from './forks.ts';
import { repairArms } from './repairArms.ts';
import { repairWarmups } from './repairWarmups.ts';
import { withInputsOf } from './transfer.ts';

export interface Repaired {
  experiment: Experiment;
  /** What was changed besides the edit, in sentences for the person who made it. */
  notes: string[];
}

function keepKnown(mapping: MappingSpec, isGuideTap: (tap: string) => boolean, targetTaps: Set<string>): MappingSpec {
  if (!isDrawn(mapping)) return mapping;
  const kept = mapping.filter(({ guide, target }) => targetTaps.has(target) && isGuideTap(guide));
  return kept.length === mapping.length ? mapping : kept;
}

/**
 * Drop explicit pairs whose layers a changed network no longer has. Without this, making a network smaller after
 * having drawn a wire would be refused, with no way forward that a person could see.
 */
export function repairMappings(experiment: Experiment): Repaired {
  const target = new Set(tapNames(experiment));
  const ids = Object.keys(experiment.guides);
  const taps = new Map(ids.map((id) => [id, new Set(tapNames(experiment, id))]));
  // A guide whose one layer stands for all takes the pairs of any other.
  const has = (id: string, tap: string) => standsAlone(experiment, id) || taps.get(id)?.has(tap) === true;
  const aligned = experiment.arms.flatMap((arm) => termOf(arm, 'align') ?? []);
  const sharing = ids.filter((id) => aligned.some(({ guide, mapping }) => guide === id && mapping === undefined));
  let dropped = 0;
  const keep = (mapping: MappingSpec, isGuideTap: (tap: string) => boolean): MappingSpec => {
    const kept = keepKnown(mapping, isGuideTap, target);
    if (isDrawn(mapping) && isDrawn(kept)) dropped += mapping.length - kept.length;
    return kept;
  };
  const mapping = keep(experiment.base.mapping, (tap) => (sharing.length > 0 ? sharing.every((id) => has(id, tap)) : ids.some((id) => has(id, tap))));
  const arms = experiment.arms.map((arm) => {
    const align = termOf(arm, 'align');
    if (!align?.mapping || !taps.has(align.guide)) return arm;
    return withTermOf(arm, 'align', { ...align, mapping: keep(align.mapping, (tap) => has(align.guide, tap)) });
  });
  if (dropped === 0) return { experiment, notes: [] };
  return {
    experiment: { ...experiment, base: { ...experiment.base, mapping }, arms },
    notes: [`${dropped} ${dropped === 1 ? 'pair was' : 'pairs were'} removed from the mapping: a layer it named no longer exists.`],
  };
}

/** Let tasks that guides are trained on follow the experiment's. */
function repairGuideTasks(experiment: Experiment): Repaired {
  const notes: string[] = [];
  const entries = Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => {
    const own = guide.state === 'trained' ? guide.training.task : undefined;
    if (guide.state !== 'trained' || !own) return [id, guide];
    // It must give the inputs of the experiment's: it follows it, or goes.
    const task = withInputsOf(own, experiment.task);
    if (task === own) return [id, guide];
    if (!task) notes.push(`The guide “${id}” is now trained on the experiment's task: it could not read the other.`);
    const { task: _, ...training } = guide.training;
    return [id, { ...guide, training: { ...training, ...(task && { task }) } }];
  });
  return { experiment: { ...experiment, guides: Object.fromEntries(entries) }, notes };
}

/** The network with patches that images of this size can be cut into, where those it has do not fit. */
export function withFittingPatches(network: NetworkSpec, { input, tokens }: TaskShape): NetworkSpec {
  // What is no patch at all is left to the checks, which say so.
  if (tokens || !('patch' in network) || !(network.patch >= 1 && Number.isInteger(network.patch))) return network;
  const side = Math.min(input[0], input[1]);
  if (network.family === 'vit') {
    const { patch } = network;
    if (side % patch === 0) return network;
    // The nearest by ratio: of 13 pixels 13 and not 1, whose many tokens few browsers could hold.
    const distance = (size: number) => Math.abs(Math.log(size / patch));
    const [nearest] = patchSizes(side).sort((a, b) => distance(a) - distance(b));
    return { ...network, patch: nearest };
  }
  if (network.family === 'convnext') {
    const patch = Math.max(1, Math.min(network.patch, Math.floor(side / 2 ** (network.stages.length - 1))));
    return patch === network.patch ? network : { ...network, patch };
  }
  return network;
}

/** Let patches follow the size of the images. */
function repairPatches(experiment: Experiment): Repaired {
  const shape = taskShape(experiment.task);
  const notes: string[] = [];
  const fitting = (network: NetworkSpec, whose: string): NetworkSpec => {
    const fitted = withFittingPatches(network, shape);
    if (fitted !== network && 'patch' in fitted) notes.push(`The patches of ${whose} are now ${fitted.patch} pixels wide, to fit the images.`);
    return fitted;
  };
  const target = fitting(experiment.target, 'the target');
  const guides = Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => [
    id,
    'network' in guide && guide.network ? { ...guide, network: fitting(guide.network, `the guide “${id}”`) } : guide,
  ]);
  return notes.length > 0 ? { experiment: { ...experiment, target, guides: Object.fromEntries(guides) }, notes } : { experiment, notes };
}

/**
 * All repairs.
 * @param before the experiment before the edit: what was wrong with an arm by itself is for the checks to say
 */
export function repair(experiment: Experiment, before = experiment): Repaired {
  const patches = repairPatches(withoutUnusedBiases(experiment));
  const tasks = repairGuideTasks(patches.experiment);
  const warmups = repairWarmups(tasks.experiment, before);
  const arms = repairArms(warmups.experiment, before);
  const forks = withoutLostForks(arms.experiment, before);
  const mappings = repairMappings(forks.experiment);
  const names = withNamesOfGuides(withNamesOfForks(mappings.experiment, before), before);
  return {
    experiment: withoutLostAsks(names.experiment),
    notes: [patches, tasks, warmups, arms, forks, mappings, names].flatMap(({ notes }) => notes),
  };
}
