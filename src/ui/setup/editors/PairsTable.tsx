import { ActionIcon, Button, NativeSelect, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { TapDescription } from '@/experiment/networks/describe.ts';
import type { TapPair, WeightedPair } from '@/experiment/plan/mapping.ts';
import { isDrawn, type MappingSpec } from '@/experiment/schema/schema.ts';
import { addPair, type Focus, mappingPath, removePair } from '@/state/mapping.ts';
import { useExperiment } from '@/state/experiment.ts';
import { type FieldSpec, Fields } from '../fields/Fields.tsx';
import { PairWeight } from '../fields/PairWeight.tsx';
import { number } from '../fields/specs.ts';
import { attempt } from '../parts/attempt.ts';
import { wireId } from '../parts/ids.ts';
import classes from '../mapping/mapping.module.css';

interface PairsTableProps {
  focus: Focus;
  mapping: MappingSpec;
  guideTaps: readonly TapDescription[];
  targetTaps: readonly TapDescription[];
  pairs: readonly WeightedPair[];
  similarity: (pair: TapPair) => number | null;
}

const options = (taps: readonly TapDescription[]) => taps.map((tap) => ({ value: tap.name, label: tap.label }));

/** The number that a rule has, if it has one. */
function numberOf(mapping: MappingSpec): FieldSpec | null {
  if (isDrawn(mapping)) return null;
  switch (mapping.rule) {
    case 'even':
      return {
        kind: 'number',
        path: 'perTarget',
        label: 'Guide layers on each target layer',
        hint: 'At most so many: the last ones that fall there.',
        absent: 1,
      };
    case 'first':
      return number('count', 'How many of the first pairs', 'Of the even mapping, from the input on; more than it has are all of them.');
    case 'last':
      return number('count', 'How many of the last pairs', 'Of the even mapping, up to the output; more than it has are all of them.');
    case 'random':
      return number('seed', 'Seed of the drawing', 'Another one draws other guide layers; the same one always the same.');
    default:
      return null;
  }
}

/** The mapping as a list: everything that can be done in the picture, without it. */
export function PairsTable({ focus, mapping, guideTaps, targetTaps, pairs, similarity }: PairsTableProps) {
  const root = useExperiment(({ experiment }) => mappingPath(experiment, focus));
  const ofRule = numberOf(mapping);
  const [guideTap, setGuideTap] = useState(guideTaps[0]?.name ?? '');
  const [targetTap, setTargetTap] = useState(targetTaps[0]?.name ?? '');
  const replace = (old: WeightedPair, next: Partial<TapPair>) =>
    attempt((experiment) => addPair(removePair(experiment, focus, old), focus, { ...old, ...next }));
  const fresh: TapPair = {
    guideTap: guideTaps.some((tap) => tap.name === guideTap) ? guideTap : guideTaps[0]?.name,
    targetTap: targetTaps.some((tap) => tap.name === targetTap) ? targetTap : targetTaps[0]?.name,
  };
  return (
    <Stack gap="xs">
      {ofRule && <Fields root={root} specs={[ofRule]} width={300} />}
      <table className={classes.pairs} data-testid="pairs">
        <thead>
          <tr>
            <th scope="col">Guide layer</th>
            <th scope="col">Target layer</th>
            <th scope="col">Weight</th>
            <th scope="col">CKA</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair, i) => (
            <tr key={wireId(pair)} data-testid={`pair-${i}`}>
              <td>
                <NativeSelect
                  aria-label={`Guide layer of pair ${i + 1}`}
                  data={options(guideTaps)}
                  value={pair.guideTap}
                  onChange={(event) => replace(pair, { guideTap: event.currentTarget.value })}
                />
              </td>
              <td>
                <NativeSelect
                  aria-label={`Target layer of pair ${i + 1}`}
                  data={options(targetTaps)}
                  value={pair.targetTap}
                  onChange={(event) => replace(pair, { targetTap: event.currentTarget.value })}
                />
              </td>
              <td className={classes.weight}>
                <PairWeight focus={focus} pair={pair} label={`Weight of pair ${i + 1}`} bare />
              </td>
              <td className={classes.number}>{similarity(pair)?.toFixed(2) ?? '–'}</td>
              <td>
                <ActionIcon size="sm" aria-label={`Remove pair ${i + 1}`} onClick={() => attempt((experiment) => removePair(experiment, focus, pair))}>
                  <IconX size={14} />
                </ActionIcon>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>
              <NativeSelect
                aria-label="Guide layer of a new pair"
                data={options(guideTaps)}
                value={fresh.guideTap}
                onChange={(event) => setGuideTap(event.currentTarget.value)}
              />
            </td>
            <td>
              <NativeSelect
                aria-label="Target layer of a new pair"
                data={options(targetTaps)}
                value={fresh.targetTap}
                onChange={(event) => setTargetTap(event.currentTarget.value)}
              />
            </td>
            <td colSpan={3}>
              <Button onClick={() => attempt((experiment) => addPair(experiment, focus, fresh))}>Add</Button>
            </td>
          </tr>
        </tfoot>
      </table>
      {pairs.length === 0 && (
        <Text size="xs" c="dimmed">
          No pairs: guided arms learn from the task alone.
        </Text>
      )}
    </Stack>
  );
}
