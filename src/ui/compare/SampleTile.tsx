import { Tooltip } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { ImagePreview } from '@/experiment/contract/previews.ts';
import type { DrawnArm } from '@/ui/charts/parts.ts';
import { ImageTile } from '@/ui/ImageTile.tsx';
import classes from './compare.module.css';
import type { Sample } from './samples.ts';

/** One validation image with what each arm takes it for. */
export function SampleTile({ preview, sample, arms, names }: { preview: ImagePreview; sample: Sample; arms: DrawnArm[]; names: string[] }) {
  const { label, predicted } = sample;
  return (
    <div className={classes.sample}>
      <div className={classes.truth}>
        <ImageTile preview={preview} index={sample.index} label={names[label]} className={classes.image} />
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
