import { Button, NativeSelect, Tooltip } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { lazy, Suspense, useCallback, useId, useMemo, useState } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { guidesInUse, guidesOf } from '@/experiment/plan/arms.ts';
import type { TapPair } from '@/experiment/plan/mapping.ts';
import type { Experiment, NetworkSpec } from '@/experiment/schema/schema.ts';
import { withGuide } from '@/experiment/recipes/adding.ts';
import { useExperiment } from '@/state/experiment.ts';
import { addPair, type Focus, hasOwnMapping, mappingOf, pairsOf, removePair } from '@/state/mapping.ts';
import { useStage } from '@/state/presenting.ts';
import { useRun } from '@/state/run.ts';
import { useIsStale } from '@/state/stale.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { count, guideKind, guideState, plural } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';
import { EditPopover } from '../opening/EditPopover.tsx';
import { useBeside } from '../opening/useBeside.ts';
import { Pencil } from '../parts/Pencil.tsx';
import setup from '../setup.module.css';
import { StaleDot } from '../parts/StaleDot.tsx';
import classes from './mapping.module.css';
import { QuickMappings } from './QuickMappings.tsx';

const MappingGraph = lazy(() => import('./MappingGraph.tsx'));
const WirePopover = lazy(() => import('@/ui/step/WirePopover.tsx'));

/** Editors of texts need more room. */
const editorWidth = (network: NetworkSpec): number => (network.family === 'custom' ? 720 : 400);

/** Whose similarities colour the picture. */
function ArmInFocus({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const id = useId();
  const showArm = useFocus((state) => state.showArm);
  return (
    <>
      <label htmlFor={id} className={setup.small}>
        CKA of
      </label>
      <Tooltip label="Wires and layers show how alike the layers of this arm and of the guide are now (CKA on the validation probe).">
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

function GuideEnd({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const stale = useIsStale(`guides.${focus.guide}`);
  const trainedHere = useRun((state) => state.retrain.includes(focus.guide));
  const guide = experiment.guides[focus.guide];
  const { title, parameters } = describeGuide(experiment, focus.guide);
  const position = useBeside();
  return (
    <div className={classes.end}>
      <EditPopover
        label={`Edit the guide: ${title}, ${guideState(guide)}`}
        title={`Guide “${focus.guide}”`}
        testId="edit-guide"
        position={position}
        width={'network' in guide ? editorWidth(guide.network) : undefined}
        target={
          <span className={classes.network} title={parameters > 0 ? `${count(parameters)} parameters` : undefined}>
            <b>{title}</b>{' '}
            <span className={setup.mute}>
              guide, {trainedHere ? 'to be trained here' : guideKind(guide)}
              {!guidesInUse(experiment).includes(focus.guide) && ', only compared'}
              {stale && <StaleDot />} <Pencil />
            </span>
          </span>
        }
      >
        {({ GuideEditor }, close) => <GuideEditor id={focus.guide} guide={guide} onGone={close} />}
      </EditPopover>
    </div>
  );
}

function TargetEnd({ experiment }: { experiment: Experiment }) {
  const stale = useIsStale('target');
  const { title, parameters } = describeNetwork(experiment.target, taskShape(experiment.task));
  const position = useBeside();
  return (
    <div className={classes.end}>
      <EditPopover
        label={`Edit the target: ${title}`}
        title="Target network"
        position={position}
        testId="edit-target"
        width={editorWidth(experiment.target)}
        target={
          <span className={classes.network} title={`${count(parameters)} parameters`}>
            <b>{title}</b>{' '}
            <span className={setup.mute}>
              target
              {stale && <StaleDot />} <Pencil />
            </span>
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
    <div className={setup.picture} data-testid="mapping" data-part="picture">
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

/** Of several guides the one in the picture. */
function GuideShown({ experiment, focus }: { experiment: Experiment; focus: Focus }) {
  const showGuide = useFocus((state) => state.showGuide);
  const ids = Object.keys(experiment.guides);
  if (ids.length < 2) return null;
  return (
    <NativeSelect
      aria-label="Guide shown"
      data-testid="guide-shown"
      className={classes.focus}
      data={ids}
      value={focus.guide}
      onChange={(event) => showGuide(event.currentTarget.value)}
    />
  );
}

/** Whose pairs the list has. */
function pairsTitle(experiment: Experiment, focus: Focus): string {
  const arm = experiment.arms.find(({ id }) => id === focus.arm);
  const several = arm !== undefined && guidesOf(arm).length > 1;
  return `Pairs${several ? ` with the guide “${focus.guide}”` : ''}${hasOwnMapping(experiment, focus) ? ": this arm's own mapping" : ''}`;
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
  const presenting = useStage((state) => state.presenting);
  // `data` is filled in place: that another record is its latest tells that there is something new to draw.
  const latest = useRun((state) => state.data.matrices.latest);
  const stale = useIsStale('base.mapping', `arms.${focus.arm}.terms.align.mapping`);
  const changed = useIsStale('task', 'target', `guides.${focus.guide}`);
  // What was measured in other networks, or on other data, is not drawn into these.
  const measured = !changed;
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
  const [looked, setLooked] = useState<TapPair | null>(null);
  const position = useBeside();
  const picture = { guideTaps, targetTaps, pairs, similarity };
  return (
    <div className={setup.picture} data-testid="mapping" data-part="picture">
      <h2 className={setup.hidden}>Guide, mapping and target</h2>
      <div className={classes.ends}>
        <GuideEnd experiment={experiment} focus={focus} />
        <TargetEnd experiment={experiment} />
      </div>
      <div className={classes.canvas} ref={ref} inert={presenting}>
        {width > 0 && height > 0 && (
          <Suspense fallback={null}>
            <MappingGraph {...picture} width={width} height={height} onConnect={connect} onRemove={remove} onOpen={setLooked} />
          </Suspense>
        )}
        {looked && (
          <Suspense fallback={null}>
            <WirePopover pair={{ guide: focus.guide, ...looked }} focus={focus} onClose={() => setLooked(null)} onRemove={() => remove([looked])} />
          </Suspense>
        )}
      </div>
      <div className={classes.foot} data-tool>
        <QuickMappings focus={focus} mapping={mappingOf(experiment, focus)} />
        <EditPopover
          label={`Edit the pairs as a list: ${plural(pairs.length, 'pair')}`}
          title={pairsTitle(experiment, focus)}
          width={460}
          position={position}
          testId="edit-pairs"
          target={
            <span className={setup.small}>
              {plural(pairs.length, 'pair')}
              <Pencil />
            </span>
          }
        >
          {({ PairsTable }) => <PairsTable focus={focus} mapping={mappingOf(experiment, focus)} {...picture} />}
        </EditPopover>
        {stale && <StaleDot />}
        <div className={classes.colour}>
          <GuideShown experiment={experiment} focus={focus} />
          <ArmInFocus experiment={experiment} focus={focus} />
        </div>
      </div>
    </div>
  );
}
