import { useMemo } from 'react';
import type { SequencePreview } from '@/experiment/contract/previews.ts';
import type { SequenceTaskSpec } from '@/experiment/schema/schema.ts';
import { TextRun } from '@/ui/tokens/TextRun.tsx';
import { TokenNames } from '@/ui/tokens/names.ts';
import { TokenStrip } from '@/ui/tokens/TokenStrip.tsx';
import classes from './setup.module.css';

/** As many as there is room for: with one label in one line each, otherwise with the labels below. */
const ROWS = { one: 8, many: 4 } as const;

/** The first sequences of the task and what is asked of them. */
export function Sequences({ task, preview }: { task: SequenceTaskSpec; preview: SequencePreview | null }) {
  const names = useMemo(() => TokenNames.of(task), [task]);
  if (preview?.separator !== undefined) return <TextStart preview={preview} separator={preview.separator} />;
  return (
    <div className={classes.sequences} data-testid="sequences">
      {preview &&
        Array.from({ length: Math.min(preview.count, preview.outputs === 1 ? ROWS.one : ROWS.many) }, (_, i) => {
          const { outputs, targets, length } = preview;
          const inputs = <TokenStrip tokens={names.inputs(preview, i)} label={`Sequence ${i + 1}`} />;
          const asked = names.answers(targets.subarray(i * outputs, (i + 1) * outputs));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed list
            <div key={i} className={outputs === 1 ? classes.sequence : classes.sequenceTwice}>
              {inputs}
              {outputs === 1 ? <span className={classes.answer}>→ {asked[0]?.text}</span> : <TokenStrip tokens={asked} columns={length} label="Asked for" />}
            </div>
          );
        })}
    </div>
  );
}

/** The beginning of a text: its windows follow each other. What the first group of labels asks for is set off. */
function TextStart({ preview, separator }: { preview: SequencePreview; separator: string }) {
  const tokens = useMemo(() => {
    const names = new TokenNames(preview.tokenNames, preview.classNames);
    return Array.from({ length: preview.count }, (_, i) => names.inputs(preview, i)).flat();
  }, [preview]);
  // A label is the token behind.
  const strong = tokens.map((_, i) => i > 0 && preview.groups?.[i - 1] === 0);
  return (
    <div className={classes.sequences} data-testid="sequences">
      <TextRun tokens={tokens} separator={separator} strong={strong} label="Beginning of the training text" />
    </div>
  );
}
