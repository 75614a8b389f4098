/** Keeping an edited experiment consistent: an edit in one place must not make another place impossible. */
import { tapNames } from '../experiment/plan.ts';
import type { Experiment, MappingSpec } from '../experiment/schema.ts';

export interface Repaired {
  experiment: Experiment;
  /** What was changed besides the edit, in sentences for the person who made it. */
  notes: string[];
}

function keepKnown(mapping: MappingSpec, guideTaps: Set<string>[], targetTaps: Set<string>): MappingSpec {
  if (typeof mapping === 'string') return mapping;
  const kept = mapping.filter(
    ([guideTap, targetTap]) => targetTaps.has(targetTap) && guideTaps.every((taps) => taps.has(guideTap)),
  );
  return kept.length === mapping.length ? mapping : kept;
}

/**
 * Drop explicit pairs whose layers a changed network no longer has. Without this, making a network smaller after
 * having drawn a wire would be refused, with no way forward that a person could see.
 */
export function repairMappings(experiment: Experiment): Repaired {
  const target = new Set(tapNames(experiment));
  const guides = new Map(Object.keys(experiment.guides).map((id) => [id, new Set(tapNames(experiment, id))]));
  let dropped = 0;
  const keep = (mapping: MappingSpec, of: Set<string>[]): MappingSpec => {
    const kept = keepKnown(mapping, of, target);
    dropped += mapping.length - kept.length;
    return kept;
  };
  const mapping = keep(experiment.base.mapping, [...guides.values()]);
  const arms = experiment.arms.map((arm) => {
    const taps = arm.align && guides.get(arm.align.guide);
    return arm.align?.mapping && taps
      ? { ...arm, align: { ...arm.align, mapping: keep(arm.align.mapping, [taps]) } }
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
