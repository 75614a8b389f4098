import { ActionIcon, Button, NativeSelect, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { TapDescription } from '@/experiment/networks/describe.ts';
import type { TapPair } from '@/experiment/plan/mapping.ts';
import { addPair, type Focus, removePair } from '@/state/mapping.ts';
import { attempt } from '../parts/attempt.ts';
import { wireId } from '../parts/ids.ts';
import classes from '../mapping/mapping.module.css';

interface PairsTableProps {
  focus: Focus;
  guideTaps: readonly TapDescription[];
  targetTaps: readonly TapDescription[];
  pairs: readonly TapPair[];
  similarity: (pair: TapPair) => number | null;
}

const options = (taps: readonly TapDescription[]) => taps.map((tap) => ({ value: tap.name, label: tap.label }));

/** The mapping as a list: everything that can be done in the picture, without it. */
export function PairsTable({ focus, guideTaps, targetTaps, pairs, similarity }: PairsTableProps) {
  const [guideTap, setGuideTap] = useState(guideTaps[0]?.name ?? '');
  const [targetTap, setTargetTap] = useState(targetTaps[0]?.name ?? '');
  const replace = (old: TapPair, next: TapPair) => attempt((experiment) => addPair(removePair(experiment, focus, old), focus, next));
  const fresh: TapPair = {
    guideTap: guideTaps.some((tap) => tap.name === guideTap) ? guideTap : guideTaps[0]?.name,
    targetTap: targetTaps.some((tap) => tap.name === targetTap) ? targetTap : targetTaps[0]?.name,
  };
  return (
    <Stack gap="xs">
      <table className={classes.pairs} data-testid="pairs">
        <thead>
          <tr>
            <th scope="col">Guide layer</th>
            <th scope="col">Target layer</th>
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
                  onChange={(event) => replace(pair, { ...pair, guideTap: event.currentTarget.value })}
                />
              </td>
              <td>
                <NativeSelect
                  aria-label={`Target layer of pair ${i + 1}`}
                  data={options(targetTaps)}
                  value={pair.targetTap}
                  onChange={(event) => replace(pair, { ...pair, targetTap: event.currentTarget.value })}
                />
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
            <td colSpan={2}>
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
