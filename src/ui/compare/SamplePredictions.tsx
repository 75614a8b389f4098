/** Validation examples with what each arm takes them for. */
import { NativeSelect, Switch } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { classNames, taskShape } from '@/experiment/networks/describe.ts';
import type { TaskPreview } from '@/experiment/contract/previews.ts';
import type { TaskSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { session } from '@/state/session.ts';
import { Card } from '@/ui/Card.tsx';
import { type DrawnArm, drawnArms } from '@/ui/charts/parts.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { examplesOf, number } from '@/ui/words.ts';
import classes from './compare.module.css';
import { disagreeing, disagreeingSequences, samplesOf, sequenceSamplesOf } from './samples.ts';
import { SampleTile } from './SampleTile.tsx';
import { SequenceSamples } from './SequenceSamples.tsx';

const SHOWN = { images: 24, sequences: 8, windows: 4 } as const;
/** Enough examples that as many on which the arms disagree can be found among them. */
const FETCHED = 96;

export function SamplePredictions() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data, resting } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const preview = useValidationExamples(experiment.task, visible || (resting && data.predictions !== null));
  const [seedIndex, setSeedIndex] = useState(0);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const arms = useMemo(() => drawnArms(experiment), [experiment]);
  const names = classNames(experiment.task);
  const seed = Math.min(seedIndex, experiment.seeds.length - 1);
  const { predictions } = data;
  const kind = examplesOf(experiment.task);
  const shown = useMemo(() => {
    if (!preview) return null;
    const only = onlyDifferent && predictions !== null;
    if (preview.kind === 'sequences') {
      const all = sequenceSamplesOf(data, preview, seed);
      return {
        kind: 'sequences' as const,
        preview,
        samples: (only ? disagreeingSequences(all) : all).slice(0, SHOWN[kind]),
      };
    }
    const all = samplesOf(data, preview.labels, seed);
    return { kind: 'images' as const, preview, samples: (only ? disagreeing(all) : all).slice(0, SHOWN[kind]) };
  }, [data, predictions, preview, seed, onlyDifferent, kind]);
  const step = data.lastEvaluation?.step ?? 0;

  return (
    <Card
      title="What each arm sees"
      data-testid="samples"
      data-part="samples"
      note={
        <Legend
          arms={arms}
          text={predictions ? `validation ${kind}, predictions at step ${number(step)}` : `the first validation ${kind}; predictions come with the run`}
        />
      }
      actions={
        <>
          <Switch
            label="where arms disagree"
            labelPosition="left"
            checked={onlyDifferent}
            disabled={!predictions}
            onChange={(event) => setOnlyDifferent(event.currentTarget.checked)}
          />
          {experiment.seeds.length > 1 && (
            <NativeSelect
              aria-label="Seed whose predictions are shown"
              className={chartClasses.select}
              value={String(seed)}
              onChange={(event) => setSeedIndex(Number(event.currentTarget.value))}
              data={experiment.seeds.map((s, i) => ({ value: String(i), label: `seed ${s}` }))}
            />
          )}
        </>
      }
    >
      <div ref={ref} className={kind === 'images' ? classes.samples : classes.sequenceSamples}>
        {shown?.kind === 'images' &&
          shown.samples.map((sample) => <SampleTile key={sample.index} preview={shown.preview} sample={sample} arms={arms} names={names} />)}
        {shown?.kind === 'sequences' && <SequenceSamples preview={shown.preview} samples={shown.samples} arms={arms} />}
        {shown?.samples.length === 0 && <p className={classes.readout}>All arms say the same of these {kind}.</p>}
        {!shown &&
          Array.from({ length: SHOWN[kind] }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed grid
            <div key={i} className={kind === 'images' ? classes.sample : classes.sequenceSample}>
              {kind === 'images' && <span className={classes.image} />}
            </div>
          ))}
      </div>
    </Card>
  );
}

/** Which mark belongs to which arm. */
function Legend({ arms, text }: { arms: DrawnArm[]; text: string }) {
  return (
    <>
      {text}
      {arms.map(({ id, short, colour }) => (
        <span key={id} className={classes.legend} style={{ color: colour }}>
          {short}
        </span>
      ))}
    </>
  );
}

/** Fetched when they are first to be seen, and again for another task. */
function useValidationExamples(task: TaskSpec, wantedNow: boolean): TaskPreview | null {
  const [loaded, setLoaded] = useState<{ task: TaskSpec; preview: TaskPreview } | null>(null);
  useEffect(() => {
    if (!wantedNow || loaded?.task === task) return;
    let wanted = true;
    void session.preview(task, Math.min(FETCHED, taskShape(task).valExamples), 'val').then((preview) => {
      if (wanted && preview) setLoaded({ task, preview });
    });
    return () => {
      wanted = false;
    };
  }, [task, wantedNow, loaded]);
  return loaded?.task === task ? loaded.preview : null;
}
