import { useEffect, useRef } from 'react';
import type { ImagePreview } from '@/experiment/contract/previews.ts';

interface ImageTileProps {
  preview: ImagePreview;
  /** Which of its images. */
  index: number;
  /** What it shows, in words. */
  label: string;
  /** Gives the size on the page. */
  className: string;
  /** Also tell the label to a mouse that rests on it. */
  titled?: boolean;
}

/** One image of a task, drawn at its own size and scaled by the browser. */
export function ImageTile({ preview, index, label, className, titled }: ImageTileProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { size, pixels } = preview;
  useEffect(() => {
    const bytes = size * size * 4;
    const tile = pixels.slice(index * bytes, (index + 1) * bytes);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(tile, size, size), 0, 0);
  }, [pixels, size, index]);
  return <canvas ref={canvas} width={size} height={size} className={className} role="img" aria-label={label} title={titled ? label : undefined} />;
}
