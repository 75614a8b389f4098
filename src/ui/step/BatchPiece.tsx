import { useMemo } from 'react';
import type { SequencePreview } from '@/experiment/contract/previews.ts';
import { classNames } from '@/experiment/networks/describe.ts';
import { ImageTile } from '@/ui/ImageTile.tsx';
import { TextRun } from '@/ui/tokens/TextRun.tsx';
import { TokenNames } from '@/ui/tokens/names.ts';
import { TokenStrip } from '@/ui/tokens/TokenStrip.tsx';
import { examplesOf, number } from '@/ui/words.ts';
import { Piece, type PieceProps } from './Piece.tsx';
import classes from './step.module.css';

/** Rows of sequences that there is room for. */
const ROWS = 4;

function Tokens({ preview }: { preview: SequencePreview }) {
  const names = useMemo(() => new TokenNames(preview.tokenNames, preview.classNames), [preview]);
  const { separator, outputs, targets } = preview;
  return (
    <div className={classes.sequences}>
      {Array.from({ length: Math.min(ROWS, preview.count) }, (_, i) => {
        const tokens = names.inputs(preview, i);
        const asked = names.answers(targets.subarray(i * outputs, (i + 1) * outputs)).filter(({ text }) => text !== '');
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed list
          <div key={i} className={classes.sequence}>
            {separator === undefined ? (
              <TokenStrip tokens={tokens} label={`Sequence ${i + 1}`} />
            ) : (
              <TextRun tokens={tokens} separator={separator} label={`Window ${i + 1}`} />
            )}
            {separator === undefined && asked.length > 0 && <span>→ {asked.length === 1 ? asked[0].text : asked.at(-1)?.text}</span>}
          </div>
        );
      })}
    </div>
  );
}

/** The first examples of the batch. */
export function BatchPiece({ inspection: { examples, batchSize }, experiment }: PieceProps) {
  const names = classNames(experiment.task);
  const what = examplesOf(experiment.task);
  return (
    <Piece
      title="Batch"
      says={`The ${what} of this step. Every arm of a seed is shown the same ones: what differs between arms is not their data.`}
      note={`${number(batchSize)} ${what}, the same for every arm of the seed`}
    >
      {examples.kind === 'sequences' ? (
        <Tokens preview={examples} />
      ) : (
        <div className={classes.tiles}>
          {Array.from({ length: examples.count }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed grid
            <ImageTile key={i} preview={examples} index={i} label={names[examples.labels[i]] ?? 'image'} className={classes.tile} titled />
          ))}
        </div>
      )}
    </Piece>
  );
}
