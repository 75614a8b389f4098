import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { isDrawn, type MappingSpec } from '@/experiment/schema/schema.ts';
import { type Focus, withMapping } from '@/state/mapping.ts';
import { sameValue } from '@/state/paths.ts';
import { capital, mappingWords } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';

const QUICK: { value: string; mapping: MappingSpec; label: string; hint: string }[] = [
  {
    value: 'even',
    mapping: { rule: 'even' },
    label: 'Even',
    hint: 'Guide layers spread evenly over the target; the last one to fall on a layer stays.',
  },
  { value: 'first', mapping: { rule: 'first', count: 1 }, label: 'First', hint: 'Only the first pair of the even mapping.' },
  { value: 'last', mapping: { rule: 'last', count: 1 }, label: 'Last', hint: 'Only the last pair of the even mapping.' },
  { value: 'reversed', mapping: { rule: 'reversed' }, label: 'Reversed', hint: 'The even mapping back to front: does the order of layers matter?' },
  { value: 'none', mapping: { rule: 'none' }, label: 'None', hint: 'No pairs: guidance has nothing to pull on.' },
];

/** What is in the experiment and not among them: pairs drawn by hand, the first three. */
const OTHER = 'other';

/** The rule by which layers are paired, and the other rules. */
export function QuickMappings({ focus, mapping }: { focus: Focus; mapping: MappingSpec }) {
  const chosen = QUICK.find((quick) => sameValue(quick.mapping, mapping));
  const name = chosen?.label ?? (isDrawn(mapping) ? 'Drawn' : capital(mappingWords(mapping)));
  return (
    <Menu position="top-start" width={280} menuItemTabIndex={0}>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          fw={500}
          aria-label={`Mapping: ${name}`}
          data-testid="quick-mappings"
          rightSection={<IconChevronDown size={12} />}
        >
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Which layers are paired</Menu.Label>
        <Menu.RadioGroup
          value={chosen?.value ?? OTHER}
          onChange={(value) => {
            const quick = QUICK.find((each) => each.value === value);
            if (quick) attempt((experiment) => withMapping(experiment, focus, quick.mapping));
          }}
        >
          {QUICK.map(({ value, label, hint }) => (
            <Menu.RadioItem key={value} value={value} aria-label={label} closeMenuOnClick>
              <Text size="sm">{label}</Text>
              <Text size="xs" c="dimmed">
                {hint}
              </Text>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
