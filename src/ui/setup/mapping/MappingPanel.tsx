import { Button, NativeSelect, SegmentedControl, Tooltip } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { lazy, Suspense, useCallback, useId, useMemo } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { guidesInUse } from '@/experiment/plan/arms.ts';
import type { TapPair } from '@/experiment/plan/mapping.ts';
import { type Experiment, isDrawn, type MappingSpec, type NetworkSpec } from '@/experiment/schema/schema.ts';
import { withGuide } from '@/state/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import { addPair, type Focus, hasOwnMapping, mappingOf, pairsOf, removePair, withMapping } from '@/state/mapping.ts';
import { sameValue } from '@/state/paths.ts';
import { useRun } from '@/state/run.ts';
import { useIsStale, useResultsOf } from '@/state/stale.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { capital, count, guideKind, guideState, mappingWords, plural } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';
import { EditPopover } from '../opening/EditPopover.tsx';
import { Pencil } from '../parts/Pencil.tsx';
import setup from '../setup.module.css';
import { StaleDot } from '../parts/StaleDot.tsx';
import classes from './mapping.module.css';

const MappingGraph = lazy(() => import('./MappingGraph.tsx'));

/** Editors of texts need more room. */
const editorWidth = (network: NetworkSpec): number => (network.family === 'custom' ? 720 : 400);

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

function QuickMappings({ focus, mapping }: { focus: Focus; mapping: MappingSpec }) {
  const chosen = QUICK.find((quick) => sameValue(quick.mapping, mapping));
  const data = [
    ...QUICK.map(({ value, label, hint }) => ({
      value,
      label: (
        <Tooltip label={hint}>
          <span>{label}</span>
        </Tooltip>
      ),
    })),
    ...(chosen ? [] : [{ value: OTHER, label: isDrawn(mapping) ? 'Drawn' : capital(mappingWords(mapping)) }]),
  ];
  return (
    <SegmentedControl
      aria-label="Mapping"
      data-testid="quick-mappings"
      data-tool
      data={data}
      value={chosen?.value ?? OTHER}
      onChange={(value) => {
        const quick = QUICK.find((each) => each.value === value);
        if (quick) attempt((experiment) => withMapping(experiment, focus, quick.mapping));
      }}
    />
  );
}

/** Whose similarities colour the picture. */
function ArmInFocus({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const id = useId();
  const showArm = useFocus((state) => state.showArm);
  return (
    <>
      <label htmlFor={id} className={setup.small}>
        colour is CKA of
      </label>
      <Tooltip label="Colours show how alike the layers of this arm and of the guide are now (CKA on the validation probe).">
        <NativeSelect
          id={id}
          data-testid="arm-in-focus"
          className={classes.focus}
          title={experiment.arms.find((arm) => arm.id === focus.arm)?.name}
          data={experiment.arms.map((arm) => ({ value: arm.id, label: arm.name }))}
          value={focus.arm}
          onChange={(event) => showArm(event.currentTarget.value)}
        />
      </Tooltip>
    </>
  );
}

/** Letters of guides' names that have room beside each other. */
const SIDE_BY_SIDE = 26;

function GuideEnd({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const showGuide = useFocus((state) => state.showGuide);
  const stale = useIsStale(`guides.${focus.guide}`);
  const trainedHere = useRun((state) => state.retrain.includes(focus.guide));
  const guide = experiment.guides[focus.guide];
  const { title, parameters } = describeGuide(experiment, focus.guide);
  const ids = Object.keys(experiment.guides);
  return (
    <div className={classes.end}>
      <EditPopover
        label={`Edit the guide: ${title}, ${guideState(guide)}`}
        title={`Guide “${focus.guide}”`}
        testId="edit-guide"
        width={'network' in guide ? editorWidth(guide.network) : undefined}
        target={
          <span>
            <b>{title}</b>{' '}
            <span className={setup.mute}>
              guide, {trainedHere ? 'to be trained here' : guideKind(guide)}
              {!guidesInUse(experiment).includes(focus.guide) && ', only compared'}
              {parameters > 0 && <span className={classes.size}> · {count(parameters)} parameters</span>}
            </span>{' '}
            {stale && <StaleDot />} <Pencil />
          </span>
        }
      >
        {({ GuideEditor }, close) => <GuideEditor id={focus.guide} guide={guide} onGone={close} />}
      </EditPopover>
      {ids.length > 1 &&
        (ids.join('').length > SIDE_BY_SIDE ? (
          <NativeSelect
            aria-label="Guide shown"
            data-testid="guide-shown"
            data={ids}
            value={focus.guide}
            onChange={(event) => showGuide(event.currentTarget.value)}
          />
        ) : (
          <SegmentedControl aria-label="Guide shown" data-testid="guide-shown" data={ids} value={focus.guide} onChange={showGuide} />
        ))}
    </div>
  );
}

function TargetEnd({ experiment }: { experiment: Experiment }) {
  const stale = useIsStale('target');
  const { title, parameters } = describeNetwork(experiment.target, taskShape(experiment.task));
  return (
    <div className={classes.end}>
      <EditPopover
        label={`Edit the target: ${title}`}
        title="Target network"
        position="bottom-end"
        testId="edit-target"
        width={editorWidth(experiment.target)}
        target={
          <span>
            <b>{title}</b>{' '}
            <span className={setup.mute}>
              target
              <span className={classes.size}> · {count(parameters)} parameters</span>
            </span>{' '}
            {stale && <StaleDot />} <Pencil />
          </span>
        }
      >
        {({ NetworkEditor }) => <NetworkEditor path="target" network={experiment.target} />}
      </EditPopover>
    </div>
  );
}

function NoGuide({ experiment }: { experiment: Experiment }) {
  return (
    <div className={setup.column} data-testid="mapping">
      <div className={classes.ends}>
        <span className={setup.mute}>No guide: every arm learns from the task alone.</span>
        <TargetEnd experiment={experiment} />
      </div>
      <div>
        <Button onClick={() => attempt((current) => withGuide(current, 'trained').experiment)}>Add a guide</Button>
      </div>
    </div>
  );
}

/** Guide, mapping and target: the experiment as a picture that can be edited and that lives while it trains. */
export function MappingPanel() {
  const experiment = useExperiment((state) => state.experiment);
  const chosenArm = useFocus((state) => state.arm);
  const chosenGuide = useFocus((state) => state.guide);
  const focus = useMemo(() => focusOf(experiment, { arm: chosenArm, guide: chosenGuide }), [experiment, chosenArm, chosenGuide]);
  return focus ? <Mapping experiment={experiment} focus={focus} /> : <NoGuide experiment={experiment} />;
}

function Mapping({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const { ref, width, height } = useElementSize();
  // `data` is filled in place: that another record is its latest tells that there is something new to draw.
  const latest = useRun((state) => state.data.matrices.latest);
  const stale = useIsStale('base.mapping', `arms.${focus.arm}.terms.align.mapping`);
  const changed = useIsStale('task', 'target', `guides.${focus.guide}`);
  // What was measured in other networks, or on other data, is not drawn into these.
  const measured = useResultsOf() !== 'another' && !changed;
  const { task, target } = experiment;
  const guideTaps = useMemo(() => describeGuide(experiment, focus.guide).taps, [experiment, focus.guide]);
  const targetTaps = useMemo(() => describeNetwork(target, taskShape(task)).taps, [target, task]);
  const pairs = useMemo(() => pairsOf(experiment, focus), [experiment, focus]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const similarity = useCallback(
    (pair: TapPair) => (measured ? useRun.getState().data.latestSimilarity(focus.arm, focus.guide, pair.guideTap, pair.targetTap) : null),
    [focus, latest, measured],
  );
  const connect = useCallback((pair: TapPair) => void attempt((current) => addPair(current, focus, pair)), [focus]);
  const remove = useCallback(
    (gone: readonly TapPair[]) => void attempt((current) => gone.reduce((next, pair) => removePair(next, focus, pair), current)),
    [focus],
  );
  const picture = { guideTaps, targetTaps, pairs, similarity };
  return (
    <div className={setup.column} data-testid="mapping">
      <div className={setup.head}>
        <h2 className={`${setup.title} ${classes.detail}`}>{hasOwnMapping(experiment, focus) ? "This arm's own mapping" : 'Guide → target'}</h2>
        {stale && <StaleDot />}
        <QuickMappings focus={focus} mapping={mappingOf(experiment, focus)} />
        <EditPopover
          label={`Edit the pairs as a list: ${plural(pairs.length, 'pair')}`}
          title="Pairs"
          width={420}
          testId="edit-pairs"
          target={
            <span className={setup.mute}>
              {plural(pairs.length, 'pair')}
              <Pencil />
            </span>
          }
        >
          {({ PairsTable }) => <PairsTable focus={focus} {...picture} />}
        </EditPopover>
        <div className={classes.colour} data-tool>
          <span className={classes.hint}>drag between layers;</span>
          <ArmInFocus experiment={experiment} focus={focus} />
        </div>
      </div>
      <div className={classes.ends}>
        <GuideEnd experiment={experiment} focus={focus} />
        <TargetEnd experiment={experiment} />
      </div>
      <div className={classes.canvas} ref={ref}>
        {width > 0 && height > 0 && (
          <Suspense fallback={null}>
            <MappingGraph {...picture} width={width} height={height} onConnect={connect} onRemove={remove} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
