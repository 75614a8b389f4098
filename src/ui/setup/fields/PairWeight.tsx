import type { TapPair } from '@/experiment/plan/mapping.ts';
import { useExperiment } from '@/state/experiment.ts';
import { type Focus, mappingPath, pairsOf, withPairWeight } from '@/state/mapping.ts';
import { NumberField } from './NumberField.tsx';

interface PairWeightProps {
  focus: Focus;
  pair: TapPair;
  label: string;
  /** In a table, whose head says what it is. */
  bare?: boolean;
}

/** How hard one pair pulls. Weighed, a pair of a rule is a named one, and so are those beside it. */
export function PairWeight({ focus, pair, label, bare }: PairWeightProps) {
  const experiment = useExperiment((state) => state.experiment);
  const place = pairsOf(experiment, focus).findIndex(({ guideTap, targetTap }) => guideTap === pair.guideTap && targetTap === pair.targetTap);
  // Taken back while it was being looked at.
  if (place < 0) return null;
  return (
    <NumberField
      path={`${mappingPath(experiment, focus)}.${place}.weight`}
      label={label}
      hint="Times the weight of the arm’s guidance: 0 leaves the pair out, 2 lets it pull twice as hard."
      absent={1}
      bare={bare}
      change={(current, weight) => withPairWeight(current, focus, pair, typeof weight === 'number' ? weight : 1)}
    />
  );
}
