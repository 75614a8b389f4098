import { Tooltip } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { Fragment, useMemo } from 'react';
import type { SequencePreview } from '@/experiment/contract/previews.ts';
import type { DrawnArm } from '@/ui/charts/parts.ts';
import { TokenNames, words } from '@/ui/tokens/names.ts';
import { TextRun } from '@/ui/tokens/TextRun.tsx';
import { TokenStrip } from '@/ui/tokens/TokenStrip.tsx';
import classes from './compare.module.css';
import { score, type SequenceSample } from './samples.ts';

interface SequenceSamplesProps {
  preview: SequencePreview;
  samples: readonly SequenceSample[];
  arms: readonly DrawnArm[];
}

/** Validation sequences: the input, what is asked for, and what each arm answers. */
export function SequenceSamples({ preview, samples, arms }: SequenceSamplesProps) {
  const names = useMemo(() => new TokenNames(preview.tokenNames, preview.classNames), [preview]);
  const single = preview.outputs === 1;
  if (preview.separator !== undefined) return <Windows samples={samples} arms={arms} names={names} separator={preview.separator} />;
  return samples.map(({ index, labels, predicted }) => {
    const truth = names.answers(labels);
    return (
      <div key={index} className={classes.sequenceSample}>
        <div className={single ? classes.sequenceAnswered : classes.sequenceLine}>
          {!single && <span className={classes.lineName}>input</span>}
          <TokenStrip tokens={names.inputs(preview, index)} columns={preview.length} label={`Sequence ${index + 1}`} />
          {single && <span className={classes.wanted}>→ {words(truth)}</span>}
        </div>
        {!single && (
          <div className={classes.sequenceLine}>
            <span className={classes.lineName}>asked for</span>
            <TokenStrip tokens={truth} columns={preview.length} label="Asked for" />
          </div>
        )}
        <ul className={single ? classes.answers : classes.answerStrips}>
          {arms.map((arm, i) => {
            const said = predicted[i];
            return said && <Answer key={arm.id} arm={arm} names={names} labels={labels} said={said} columns={preview.length} />;
          })}
        </ul>
      </div>
    );
  });
}

interface WindowsProps extends Omit<SequenceSamplesProps, 'preview'> {
  names: TokenNames;
  separator: string;
}

/** Windows of a text, and below what each arm expected at every place: the same words where it was right. */
function Windows({ samples, arms, names, separator }: WindowsProps) {
  return samples.map(({ index, labels, predicted }) => (
    <div key={index} className={classes.window}>
      <span className={classes.lineName}>text</span>
      <TextRun tokens={names.answers(labels)} separator={separator} label={`Window ${index + 1}`} wrong={[]} />
      {arms.map((arm, i) => {
        const said = predicted[i];
        if (!said) return null;
        const { right, asked } = score(labels, said);
        return (
          <Fragment key={arm.id}>
            <span className={classes.lineName} style={{ color: arm.colour }}>
              {right}/{asked}
            </span>
            <TextRun
              tokens={names.answers(said)}
              separator={separator}
              label={`${arm.name} expected, ${right} of ${asked} right`}
              wrong={labels.map((label, at) => label >= 0 && label !== said[at])}
            />
          </Fragment>
        );
      })}
    </div>
  ));
}

interface AnswerProps {
  arm: DrawnArm;
  names: TokenNames;
  labels: readonly number[];
  said: readonly number[];
  columns: number;
}

/** What one arm says of one sequence: a token, or a strip with what is wrong underlined. */
function Answer({ arm, names, labels, said, columns }: AnswerProps) {
  const { right, asked } = score(labels, said);
  const tokens = names.answers(said);
  const all = right === asked;
  const Icon = all ? IconCheck : IconX;
  const icon = <Icon size={13} stroke={2.4} color={arm.colour} className={classes.icon} aria-hidden />;
  if (labels.length === 1) {
    const text = `${arm.name}: ${words(tokens)}, ${all ? 'right' : `wrong (it is ${words(names.answers(labels))})`}`;
    return (
      <Tooltip label={text}>
        <li className={classes.guess} aria-label={text}>
          {icon}
          <span className={all ? undefined : classes.wrong}>{words(tokens)}</span>
        </li>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={`${arm.name}: ${right} of ${asked} right`}>
      <li className={classes.sequenceLine} aria-label={`${arm.name}: ${right} of ${asked} right`}>
        <span className={classes.lineName} style={{ color: arm.colour }}>
          {icon} {right}/{asked}
        </span>
        <TokenStrip tokens={tokens} columns={columns} label={`${arm.name} says`} wrong={labels.map((label, i) => label >= 0 && label !== said[i])} />
      </li>
    </Tooltip>
  );
}
