/** More measures by which the observed pairs are looked at: a list to which one is added, and from which each goes again. */
import { ActionIcon, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { MEASURE_HINTS } from '@/experiment/schema/measureHints.ts';
import { measureLabel, type RecordedMeasure, saidOf } from '@/experiment/schema/measures.ts';
import { useExperiment } from '@/state/experiment.ts';
import { observedMeasures, recordableMeasures, withObserved, withoutObserved } from '@/state/observing.ts';
import { Fields } from '../fields/Fields.tsx';
import { attempt } from '../parts/attempt.ts';
import { optionFields } from './specs.ts';

const ADD = 'Record another similarity';

export function ObservedFields() {
  const experiment = useExperiment((state) => state.experiment);
  const rest = recordableMeasures(experiment);
  return (
    <Stack gap="xs" data-testid="observed">
      <div>
        <Text size="sm" fw={500}>
          Also recorded
        </Text>
        <Text size="xs" c="dimmed">
          Similarities that no arm learns by, of every arm at each evaluation: chosen in the chart of CKA, and part of every export.
        </Text>
      </div>
      {observedMeasures(experiment).map(({ index, measure }) => (
        <Stack key={`${index} ${measure.name}`} gap={4}>
          <Group gap={4} wrap="nowrap" justify="space-between">
            <div>
              <Text size="sm">{measureLabel(measure)}</Text>
              <Text size="xs" c="dimmed">
                {MEASURE_HINTS[measure.name]}
              </Text>
            </div>
            <ActionIcon aria-label={`Record ${measureLabel(measure)} no longer`} onClick={() => attempt((current) => withoutObserved(current, index))}>
              <IconX size={14} />
            </ActionIcon>
          </Group>
          <Fields root={`observe.${index}`} specs={optionFields(measure)} width={200} />
        </Stack>
      ))}
      {rest.length > 0 && (
        <NativeSelect
          aria-label={ADD}
          value=""
          onChange={({ currentTarget: { value } }) => value !== '' && attempt((current) => withObserved(current, value as RecordedMeasure['name']))}
          data={[{ value: '', label: `${ADD} …` }, ...rest.map((name) => ({ value: name, label: saidOf({ name } as RecordedMeasure).label }))]}
        />
      )}
    </Stack>
  );
}
