import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { classNames } from '@/experiment/describe.ts';
import type { ImagePreview } from '@/experiment/events.ts';
import type { TaskSpec } from '@/experiment/schema.ts';
import { session } from '@/state/session.ts';
import classes from './setup.module.css';

const COUNT = 16;
/** While a number is being typed, images of the numbers in between are not wanted. */
const TYPING_MS = 300;

/** One image, drawn at its own size and scaled by the browser. */
function Thumbnail({ preview, index, label }: { preview: ImagePreview; index: number; label: string }) {
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
      className={classes.thumb}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}

/** The first images of the task. Their places are reserved before they are drawn. */
export function Thumbnails({ task }: { task: TaskSpec }) {
  const [settled] = useDebouncedValue(task, TYPING_MS);
  const [preview, setPreview] = useState<ImagePreview | null>(null);
  useEffect(() => {
    let wanted = true;
    void session.preview(settled, COUNT).then((made) => {
      if (wanted) setPreview(made?.kind === 'sequences' ? null : made);
    });
    return () => {
      wanted = false;
    };
  }, [settled]);

  const names = classNames(task);
  return (
    <div className={classes.thumbs} data-testid="thumbnails">
      {Array.from({ length: COUNT }, (_, i) =>
        preview && i < preview.count ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed grid
          <Thumbnail key={i} preview={preview} index={i} label={names[preview.labels[i]] ?? 'image'} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <span key={i} className={classes.thumb} />
        ),
      )}
    </div>
  );
}
