import { useMemo } from 'react';
import type { SequencePreview } from '@/experiment/events.ts';
import type { SequenceTaskSpec } from '@/experiment/schema.ts';
import { TokenNames } from '@/ui/tokens/names.ts';
import { TokenStrip } from '@/ui/tokens/TokenStrip.tsx';
import classes from './setup.module.css';

/** As many as there is room for: with one label in one line each, otherwise with the labels below. */
const ROWS = { one: 8, many: 4 } as const;

/** The first sequences of the task and what is asked of them. */
export function Sequences({ task, preview }: { task: SequenceTaskSpec; preview: SequencePreview | null }) {
  const names = useMemo(() => TokenNames.of(task), [task]);
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
              {outputs === 1 ? (
                <span className={classes.answer}>→ {asked[0]?.text}</span>
              ) : (
                <TokenStrip tokens={asked} columns={length} label="Asked for" />
              )}
            </div>
          );
        })}
    </div>
  );
}
