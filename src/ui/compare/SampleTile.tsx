import { Tooltip } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ImagePreview } from '@/experiment/events.ts';
import type { ArmView } from '@/ui/charts/parts.ts';
import classes from './compare.module.css';
import type { Sample } from './samples.ts';

const TILE = 48;

/** One validation image with what each arm takes it for. */
export function SampleTile({
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
