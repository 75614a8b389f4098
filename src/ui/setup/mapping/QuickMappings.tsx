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
import classes from './mapping.module.css';

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
    hint: 'Spread evenly, one guide layer for each.',
    is: (mapping) => isRule('even')(mapping) && !isSeveral(mapping),
    make: () => ({ rule: 'even' }),
  },
  {
    value: 'several',
    label: 'Even, several',
    hint: 'Spread evenly, all that fall on a layer.',
    is: isSeveral,
    make: () => ({ rule: 'even', perTarget: SEVERAL }),
  },
  {
    value: 'first',
    label: 'First',
    hint: 'The first pair; how many, the list tells.',
    is: isRule('first'),
    make: () => ({ rule: 'first', count: 1 }),
  },
  {
    value: 'last',
    label: 'Last',
    hint: 'The last pair; how many, the list tells.',
    is: isRule('last'),
    make: () => ({ rule: 'last', count: 1 }),
  },
  {
    value: 'reversed',
    label: 'Reversed',
    hint: 'Back to front: does the order matter?',
    is: isRule('reversed'),
    make: () => ({ rule: 'reversed' }),
  },
  {
    value: 'random',
    label: 'Random',
    hint: 'Drawn; choose it again to draw others.',
    is: isRule('random'),
    make: (before) => ({ rule: 'random', seed: 'seed' in before ? before.seed + 1 : 0 }),
  },
  { value: 'none', label: 'None', hint: 'No pairs: there is nothing to pull on.', is: isRule('none'), make: () => ({ rule: 'none' }) },
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
    <Menu position="top-start" width={310} menuItemTabIndex={0}>
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
      <Menu.Dropdown className={classes.rules}>
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
            Most alike before training, measured now.
          </Text>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
