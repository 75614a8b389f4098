/** A wire looked at closely: the two layers' matrices of examples, at the start and now, with the number that they give. */
import { Button, CloseButton, Group, Popover, type PopoverProps } from '@mantine/core';
import { useMemo, useState } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import type { ObservedPair } from '@/experiment/plan/arms.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { MEASURE_HINTS } from '@/experiment/schema/measureHints.ts';
import { measureLabel, measureTex } from '@/experiment/schema/measures.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { type Focus, onlyPair } from '@/state/mapping.ts';
import { type RunState, useRun } from '@/state/run.ts';
import { useIsStale, useResultsOf } from '@/state/stale.ts';
import { stands, type Whom, whomToShow } from '@/state/stepStrip.ts';
import { PairWeight } from '@/ui/setup/fields/PairWeight.tsx';
import { attempt } from '@/ui/setup/parts/attempt.ts';
import { nodeId } from '@/ui/setup/parts/ids.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { number } from '@/ui/words.ts';
import { batchWords, fixed, namesOfClasses, shownWords } from './figures.ts';
import { MatrixCanvas } from './MatrixCanvas.tsx';
import classes from './step.module.css';
import { Term } from './Term.tsx';
import { useInspection } from './useInspection.ts';
import { pairWords, WhomFields } from './WhomFields.tsx';

interface WirePopoverProps {
  pair: ObservedPair;
  /** What the picture shows: its arm is looked at first. */
  focus: Focus;
  onClose: () => void;
  onRemove: () => void;
}

const EDGE = 8;
const MIDDLEWARES: PopoverProps['middlewares'] = {
  shift: { padding: EDGE, crossAxis: true },
  // Too high for where the wire is, it is shifted: only too little room beside the picture sends it elsewhere.
  flip: { padding: EDGE, crossAxis: false, fallbackPlacements: ['left', 'bottom', 'top'] },
};
/** Of a matrix, in rem. */
const SIDE = 9.5;

/** Opens beside the picture, not over it. */
export default function WirePopover({ pair, focus, onClose, onRemove }: WirePopoverProps) {
  const experiment = useExperiment((state) => state.experiment);
  const run = useRun((state) => state.experiment);
  const why = useWhyNot(pair);
  const words = pairWords(experiment, pair);
  // Mantine returns the focus to what opens a popover; here that is none of its buttons.
  const [before] = useState(() => document.activeElement);
  const close = () => {
    onClose();
    if (before instanceof SVGElement || before instanceof HTMLElement) before.focus();
  };
  return (
    <Popover opened onChange={(open) => !open && close()} position="right" width="min(35rem, 94vw)" middlewares={MIDDLEWARES} trapFocus withRoles={false}>
      <Popover.Target>
        <span className={classes.anchor} />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={`Pair ${words}`} data-testid="wire-popover">
        <div className={classes.wire}>
          <div className={classes.head}>
            <h2 className={classes.title}>{words}</h2>
            <CloseButton aria-label="Close" onClick={close} />
          </div>
          {why === null && run ? <Matrices run={run} pair={pair} arm={focus.arm} /> : <p className={classes.wireNote}>{why}</p>}
          <PairWeight focus={focus} pair={pair} label="Weight of the pair" />
          <Group gap="xs">
            <Button
              data-testid="remove-pair"
              onClick={() => {
                onRemove();
                onClose();
                // The wire is gone: go on from the layer it started at.
                document.querySelector<HTMLElement>(`[data-layer="${CSS.escape(nodeId('guide', pair.guideTap))}"]`)?.focus();
              }}
            >
              Remove this pair
            </Button>
            <Button
              data-testid="only-pair"
              onClick={() => {
                if (attempt((current) => onlyPair(current, focus, pair))) close();
              }}
            >
              Keep only this pair
            </Button>
          </Group>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

const WILL_SHOW =
  'Once a run has begun: the matrices in which the guide’s and the target’s layer compare the same examples, at the start and as they are, with the similarity that they give.';

/** Why there are no matrices of the pair, in words; null where there are. */
function useWhyNot({ guide, guideTap, targetTap }: ObservedPair): string | null {
  const another = useResultsOf() === 'another';
  const changed = useIsStale('task', 'target', `guides.${guide}`);
  return useRun(({ phase, closed, experiment }: RunState) => {
    if (!experiment || phase === 'idle' || phase === 'preparing' || phase === 'failed' || another) return WILL_SHOW;
    if (closed) return 'The run on screen is a recorded one: its networks are not here. Press Run to train them.';
    const known = guide in experiment.guides && describeGuide(experiment, guide).taps.some(({ name }) => name === guideTap);
    const there = describeNetwork(experiment.target, taskShape(experiment.task)).taps.some(({ name }) => name === targetTap);
    return changed || !known || !there ? `The run on screen has other networks or other data. ${WILL_SHOW}` : null;
  });
}

function Matrices({ run, pair, arm }: { run: Experiment; pair: ObservedPair; arm: string }) {
  const [chosen, setChosen] = useState<Partial<Whom>>({ arm });
  const whom = useMemo(() => ({ ...whomToShow(run, chosen), pair }), [run, chosen, pair]);
  const { phase, step, data } = useRun();
  const palette = usePalette();
  // While it runs, as often as it is evaluated.
  const moment = stands(phase) ? `at ${step}` : `after ${data.lastEvaluation?.step ?? 0}`;
  const { inspection, failed } = useInspection({ ...whom, of: 'next' }, moment);
  const matrices = inspection?.matrices;
  const measure = matrices?.measure;
  const names = inspection ? namesOfClasses(inspection, run) : [];
  return (
    <>
      <WhomFields experiment={run} whom={whom} onChange={setChosen} />
      <div className={classes.three} aria-busy={!inspection}>
        {matrices &&
          measure &&
          (
            [
              ['guide', 'Guide, frozen', matrices.guide, null],
              ['start', 'Target at the start', matrices.start.matrix, matrices.start.shown],
              ['now', `Target after step ${number(inspection.step - 1)}`, matrices.target.matrix, matrices.target.shown],
            ] as const
          ).map(([key, title, matrix, similarity]) => (
            <figure key={key} className={classes.figure} data-testid={`wire-${key}`}>
              <figcaption>{title}</figcaption>
              <MatrixCanvas matrix={matrix} of={matrices} names={names} size={SIDE} label={title} palette={palette} />
              <p className={classes.given}>{similarity === null ? 'compared with' : `${measureLabel(measure)} ${fixed(similarity)}`}</p>
            </figure>
          ))}
        {!matrices && <p className={classes.wireNote}>{failed ? 'The layers could not be looked at.' : 'Looking at the layers…'}</p>}
      </div>
      {matrices && measure && (
        <p className={classes.wireNote}>
          {shownWords(matrices, 'the next batch')}: the stronger, the more alike a layer finds two of them. The{' '}
          <Term says={MEASURE_HINTS[measure.name]} tex={`${measureTex(measure)}(K, L)`}>
            number
          </Term>{' '}
          is of the examples shown; {batchWords(matrices)}, it is {fixed(matrices.start.batch)} at the start and{' '}
          <span data-testid="wire-batch">{fixed(matrices.target.batch)}</span> now. The wire tells CKA on validation examples.
        </p>
      )}
    </>
  );
}
