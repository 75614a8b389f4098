import { classNames } from '@/experiment/networks/describe.ts';
import type { ImagePreview } from '@/experiment/contract/previews.ts';
import type { ImageTaskSpec } from '@/experiment/schema/schema.ts';
import { ImageTile } from '@/ui/ImageTile.tsx';
import classes from './setup.module.css';

/** Places for images. */
export const THUMBNAILS = 16;

/** The first images of the task. Their places are reserved before they are drawn. */
export function Thumbnails({ task, preview }: { task: ImageTaskSpec; preview: ImagePreview | null }) {
  const names = classNames(task);
  return (
    <div className={classes.thumbs} data-testid="thumbnails">
      {Array.from({ length: THUMBNAILS }, (_, i) =>
        preview && i < preview.count ? (
          <ImageTile
            // biome-ignore lint/suspicious/noArrayIndexKey: places in a fixed grid
            key={i}
            preview={preview}
            index={i}
            label={names[preview.labels[i]] ?? 'image'}
            className={classes.thumb}
            titled
          />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <span key={i} className={classes.thumb} />
        ),
      )}
    </div>
  );
}
