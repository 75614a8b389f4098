import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { toFailure } from '@/experiment/contract/failure.ts';
import { isDrawn, type MappingSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { type Focus, withMapping, withMostSimilar } from '@/state/mapping.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { notify } from '@/ui/notify.ts';
import { capital, mappingWords } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';

interface Quick {
  value: string;
  label: string;
  hint: string;
  /** Whether a mapping is of this kind, whatever its number. */
  is: (mapping: MappingSpec) => boolean;
  /** What a click makes of the mapping before. */
  make: (before: MappingSpec) => MappingSpec;
}

/** As many guide layers on one target layer as fall there, within reason. */
const SEVERAL = 16;

const isRule =
  (rule: string) =>
  (mapping: MappingSpec): boolean =>
    !isDrawn(mapping) && mapping.rule === rule;
const isSeveral = (mapping: MappingSpec): boolean => 'perTarget' in mapping && (mapping.perTarget ?? 1) > 1;

const QUICK: readonly Quick[] = [
  {
    value: 'even',
    label: 'Even',
    hint: 'Guide layers spread evenly over the target; the last one to fall on a layer stays.',
    is: (mapping) => isRule('even')(mapping) && !isSeveral(mapping),
    make: () => ({ rule: 'even' }),
  },
  {
    value: 'several',
    label: 'Even, several',
    hint: 'The same, and all that fall on a layer stay: several guide layers for one of the target.',
    is: isSeveral,
    make: () => ({ rule: 'even', perTarget: SEVERAL }),
  },
  {
    value: 'first',
    label: 'First',
    hint: 'Only the first pair of the even mapping; how many, is set in the list of pairs.',
    is: isRule('first'),
    make: () => ({ rule: 'first', count: 1 }),
  },
  {
    value: 'last',
    label: 'Last',
    hint: 'Only the last pair of the even mapping; how many, is set in the list of pairs.',
    is: isRule('last'),
    make: () => ({ rule: 'last', count: 1 }),
  },
  {
    value: 'reversed',
    label: 'Reversed',
    hint: 'The even mapping back to front: does the order of layers matter?',
    is: isRule('reversed'),
    make: () => ({ rule: 'reversed' }),
  },
  {
    value: 'random',
    label: 'Random',
    hint: 'A guide layer is drawn for each target layer: does it matter which? Choose it again to draw others.',
    is: isRule('random'),
    make: (before) => ({ rule: 'random', seed: 'seed' in before ? before.seed + 1 : 0 }),
  },
  { value: 'none', label: 'None', hint: 'No pairs: guidance has nothing to pull on.', is: isRule('none'), make: () => ({ rule: 'none' }) },
];

/** What is in the experiment and not among them: pairs that are named one by one. */
const OTHER = 'other';

/** "First", "First 5", "Drawn" */
function nameOf(mapping: MappingSpec, chosen: Quick | undefined): string {
  if (!chosen) return 'Drawn';
  return 'count' in mapping ? capital(mappingWords(mapping)) : chosen.label;
}

/** Ask the lab how alike the layers are before training, and pair them by it; whatever becomes of it is told. */
async function pairBySimilarity(focus: Focus): Promise<void> {
  const { experiment } = useExperiment.getState();
  try {
    const similarities = await session.similarityBefore(experiment, focus);
    if (useExperiment.getState().experiment === experiment) attempt((current) => withMostSimilar(current, focus, similarities));
    else notify('refused', { title: 'Not changed', message: 'The experiment was edited while its layers were compared: they have not been paired.' });
  } catch (error) {
    const { message, remedy } = toFailure(error);
    notify('refused', { color: 'red', title: 'The layers could not be compared', message: `${message} ${remedy}`.trim() });
  }
}

/** The rule by which layers are paired, and the other rules. */
export function QuickMappings({ focus, mapping }: { focus: Focus; mapping: MappingSpec }) {
  const [comparing, setComparing] = useState(false);
  const preparing = useRun(({ phase }) => phase === 'preparing');
  const chosen = QUICK.find(({ is }) => is(mapping));
  const name = comparing ? 'Comparing…' : nameOf(mapping, chosen);
  const choose = ({ make }: Quick) => void attempt((experiment) => withMapping(experiment, focus, make(mapping)));
  return (
    <Menu position="top-start" width={300} menuItemTabIndex={0}>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          fw={500}
          aria-label={`Mapping: ${name}`}
          aria-busy={comparing}
          data-testid="quick-mappings"
          rightSection={<IconChevronDown size={12} />}
        >
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Which layers are paired</Menu.Label>
        <Menu.RadioGroup value={chosen?.value ?? OTHER}>
          {QUICK.map((quick) => (
            // A rule that is there already keeps its number, except that another drawing can be asked for.
            <Menu.RadioItem
              key={quick.value}
              value={quick.value}
              aria-label={quick.label}
              closeMenuOnClick
              onClick={() => (quick !== chosen || quick.value === 'random') && choose(quick)}
            >
              <Text size="sm">{quick.label}</Text>
              <Text size="xs" c="dimmed">
                {quick.hint}
              </Text>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item
          aria-label="By similarity"
          disabled={comparing || preparing}
          onClick={() => {
            setComparing(true);
            void pairBySimilarity(focus).finally(() => setComparing(false));
          }}
        >
          <Text size="sm">By similarity</Text>
          <Text size="xs" c="dimmed">
            Each target layer with the guide layer most like it before training: compared now, and named pair by pair.
          </Text>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
