/** Validation images with what each arm takes them for. */
import { NativeSelect, Switch, Tooltip } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { classNames } from '@/experiment/describe.ts';
import type { ImagePreview } from '@/experiment/events.ts';
import type { TaskSpec } from '@/experiment/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { session } from '@/state/session.ts';
import { Card } from '@/ui/Card.tsx';
import { type ArmView, armViews } from '@/ui/charts/parts.ts';
import chartClasses from '@/ui/charts/charts.module.css';
import { useFrame, useSnapshot } from '@/ui/charts/redraw.ts';
import { number } from '@/ui/words.ts';
import classes from './compare.module.css';
import { disagreeing, type Sample, samplesOf } from './samples.ts';

const SHOWN = 24;
/** Enough images that two dozen on which the arms disagree can be found among them. */
const FETCHED = 96;
const TILE = 48;

export function SamplePredictions() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data, resting } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const preview = useValidationImages(experiment.task, visible || (resting && data.predictions !== null));
  const [seedIndex, setSeedIndex] = useState(0);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const arms = useMemo(() => armViews(experiment), [experiment]);
  const names = classNames(experiment.task);
  const seed = Math.min(seedIndex, experiment.seeds.length - 1);
  const { predictions } = data;
  const samples = useMemo(() => {
    if (!preview) return [];
    const all = samplesOf(data, preview.labels, seed);
    return (onlyDifferent && predictions ? disagreeing(all) : all).slice(0, SHOWN);
  }, [data, predictions, preview, seed, onlyDifferent]);
  const step = data.lastEvaluation?.step ?? 0;

  return (
    <Card
      title="What each arm sees"
      data-testid="samples"
      note={
        <Legend
          arms={arms}
          text={
            predictions
              ? `validation images, predictions at step ${number(step)}`
              : 'the first validation images; predictions come with the run'
          }
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
      <div ref={ref} className={classes.samples}>
        {preview &&
          samples.map((sample) => (
            <SampleTile key={sample.index} preview={preview} sample={sample} arms={arms} names={names} />
          ))}
        {preview && samples.length === 0 && <p className={classes.readout}>All arms say the same of these images.</p>}
        {!preview &&
          Array.from({ length: SHOWN }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed grid
            <div key={i} className={classes.sample}>
              <span className={classes.image} />
            </div>
          ))}
      </div>
    </Card>
  );
}

/** Which mark belongs to which arm. */
function Legend({ arms, text }: { arms: ArmView[]; text: string }) {
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
function useValidationImages(task: TaskSpec, wantedNow: boolean): ImagePreview | null {
  const [loaded, setLoaded] = useState<{ task: TaskSpec; preview: ImagePreview } | null>(null);
  useEffect(() => {
    if (!wantedNow || loaded?.task === task) return;
    let wanted = true;
    void session.preview(task, Math.min(FETCHED, task.val), 'val').then((preview) => {
      if (wanted && preview && preview.kind !== 'sequences') setLoaded({ task, preview });
    });
    return () => {
      wanted = false;
    };
  }, [task, wantedNow, loaded]);
  return loaded?.task === task ? loaded.preview : null;
}

function SampleTile({
  preview,
  sample,
  arms,
  names,
}: {
  preview: ImagePreview;
  sample: Sample;
  arms: ArmView[];
  names: string[];
}) {
  const { label, predicted } = sample;
  return (
    <div className={classes.sample}>
      <div className={classes.truth}>
        <Picture preview={preview} index={sample.index} label={names[label]} />
        <span>{names[label]}</span>
      </div>
      <ul className={classes.guesses}>
        {arms.map(({ id, name, colour }, i) => {
          const guess = predicted[i];
          if (guess === null || guess === undefined) return null;
          const right = guess === label;
          const Icon = right ? IconCheck : IconX;
          return (
            <Tooltip key={id} label={`${name}: ${names[guess]}, ${right ? 'right' : `wrong (it is ${names[label]})`}`}>
              <li className={classes.guess} aria-label={`${name}: ${names[guess]}, ${right ? 'right' : 'wrong'}`}>
                <Icon size={13} stroke={2.4} color={colour} className={classes.icon} aria-hidden />
                <span className={right ? undefined : classes.wrong}>{names[guess]}</span>
              </li>
            </Tooltip>
          );
        })}
      </ul>
    </div>
  );
}

/** One image, drawn at its own size and scaled by the browser. */
function Picture({ preview, index, label }: { preview: ImagePreview; index: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { size, pixels } = preview;
  useEffect(() => {
    const bytes = size * size * 4;
    const tile = pixels.slice(index * bytes, (index + 1) * bytes);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(tile, size, size), 0, 0);
  }, [pixels, size, index]);
  return (
    <canvas
      ref={canvas}
      width={size}
      height={size}
      style={{ width: TILE, height: TILE }}
      className={classes.image}
      role="img"
      aria-label={label}
    />
  );
}
