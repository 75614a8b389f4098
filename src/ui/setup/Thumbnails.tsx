import { useEffect, useRef } from 'react';
import { classNames } from '@/experiment/describe.ts';
import type { ImagePreview } from '@/experiment/events.ts';
import type { ImageTaskSpec } from '@/experiment/schema.ts';
import classes from './setup.module.css';

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

/** Places for images. */
export const THUMBNAILS = 16;

/** The first images of the task. Their places are reserved before they are drawn. */
export function Thumbnails({ task, preview }: { task: ImageTaskSpec; preview: ImagePreview | null }) {
  const names = classNames(task);
  return (
    <div className={classes.thumbs} data-testid="thumbnails">
      {Array.from({ length: THUMBNAILS }, (_, i) =>
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
