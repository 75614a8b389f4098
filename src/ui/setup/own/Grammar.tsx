import { Text } from '@mantine/core';
import { LAYER_NAMES, LAYERS } from '@/experiment/custom/grammar.ts';
import { HELP, type LayerHelp } from '@/experiment/custom/help.ts';
import classes from './own.module.css';

const SECTIONS: { section: LayerHelp['section']; title: string }[] = [
  { section: 'images', title: 'For images' },
  { section: 'sequences', title: 'For sequences' },
  { section: 'everywhere', title: 'Everywhere' },
  { section: 'blocks', title: 'Blocks' },
];

/** How networks are written: every layer there is, from the table that the parser reads. */
export function Grammar({ reads }: { reads: 'images' | 'tokens' }) {
  const other = reads === 'images' ? 'sequences' : 'images';
  return (
    <div className={classes.grammar}>
      <Text size="xs">
        One layer a line, from the input down. Lines indented below a block belong to it. Behind # is a comment; one in the first line names the network. The
        linear layer to the classes comes by itself.
      </Text>
      {SECTIONS.filter(({ section }) => reads === 'images' || section !== other).map(({ section, title }) => (
        <div key={section}>
          <Text size="xs" fw={600} mt={6}>
            {title}
          </Text>
          <dl>
            {LAYER_NAMES.filter((name) => HELP[name].section === section).map((name) => (
              <div key={name}>
                <dt>{LAYERS[name].form}</dt>
                <dd>{HELP[name].does}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}
