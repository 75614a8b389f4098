/** Keeping an edited experiment consistent: an edit in one place must not make another place impossible. */
import { guideNetwork } from '../experiment/guides.ts';
import { tapNames } from '../experiment/plan.ts';
import type { Experiment, GuideSpec, MappingSpec } from '../experiment/schema.ts';
import { withInputsOf } from './transfer.ts';

export interface Repaired {
  experiment: Experiment;
  /** What was changed besides the edit, in sentences for the person who made it. */
  notes: string[];
}

function keepKnown(mapping: MappingSpec, isGuideTap: (tap: string) => boolean, targetTaps: Set<string>): MappingSpec {
  if (typeof mapping === 'string') return mapping;
  const kept = mapping.filter(([guideTap, targetTap]) => targetTaps.has(targetTap) && isGuideTap(guideTap));
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
  const has = (id: string, tap: string) => guideNetwork(experiment, id) === null || taps.get(id)?.has(tap) === true;
  const sharing = ids.filter((id) => experiment.arms.some(({ align }) => align?.guide === id && align.mapping === undefined));
  let dropped = 0;
  const keep = (mapping: MappingSpec, isGuideTap: (tap: string) => boolean): MappingSpec => {
    const kept = keepKnown(mapping, isGuideTap, target);
    dropped += mapping.length - kept.length;
    return kept;
  };
  const mapping = keep(experiment.base.mapping, (tap) =>
    sharing.length > 0 ? sharing.every((id) => has(id, tap)) : ids.some((id) => has(id, tap)),
  );
  const arms = experiment.arms.map((arm) => {
    const { align } = arm;
    return align?.mapping && taps.has(align.guide)
      ? { ...arm, align: { ...align, mapping: keep(align.mapping, (tap) => has(align.guide, tap)) } }
      : arm;
  });
  if (dropped === 0) return { experiment, notes: [] };
  return {
    experiment: { ...experiment, base: { ...experiment.base, mapping }, arms },
    notes: [
      `${dropped} ${dropped === 1 ? 'pair was' : 'pairs were'} removed from the mapping: a layer it named no longer exists.`,
    ],
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

/** All repairs. */
export function repair(experiment: Experiment): Repaired {
  const tasks = repairGuideTasks(experiment);
  const mappings = repairMappings(tasks.experiment);
  return { experiment: mappings.experiment, notes: [...tasks.notes, ...mappings.notes] };
}
