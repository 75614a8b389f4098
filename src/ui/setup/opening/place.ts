/** Where an editor opens: beside what it edits, and beside the picture that it talks about. */
import type { FloatingPosition, PopoverProps } from '@mantine/core';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Place {
  position: FloatingPosition;
  /** From the edge of what is edited, in pixels. */
  offset: number;
  /** Whether it keeps off the picture. */
  clear: boolean;
}

/** Between an editor and what it stands beside, and from the edges of the window. */
export const GAP = 8;
/** Least height in pixels at which an editor can be worked with. */
export const LEAST_HEIGHT = 240;

/**
 * The first place that has room and does not cover the picture: right of both, left of them, below, above. Where none
 * has, the editor opens where it is told to, over the picture.
 * @param target what is edited, in pixels of the window, as all boxes
 * @param picture what must stay in sight; null where there is none
 * @param usual where it opens while there is nothing to keep off
 * @param width of the editor
 */
export function placeBeside(target: Box, picture: Box | null, usual: FloatingPosition, window: { width: number; height: number }, width: number): Place {
  if (!picture) return { position: usual, offset: GAP, clear: true };
  // Bars and lists that end on a line with the picture count as its edge.
  const beyond = (edge: number): number => Math.max(GAP, edge + GAP);
  const places: { position: FloatingPosition; offset: number; room: number; needed: number }[] = [
    { position: 'right-start', offset: beyond(picture.right - target.right), room: window.width - Math.max(target.right, picture.right), needed: width },
    { position: 'left-start', offset: beyond(target.left - picture.left), room: Math.min(target.left, picture.left), needed: width },
    {
      position: usual.endsWith('end') ? 'bottom-end' : 'bottom-start',
      offset: beyond(picture.bottom - target.bottom),
      room: window.height - Math.max(target.bottom, picture.bottom),
      needed: LEAST_HEIGHT,
    },
    {
      position: usual.endsWith('end') ? 'top-end' : 'top-start',
      offset: beyond(target.top - picture.top),
      room: Math.min(target.top, picture.top),
      needed: LEAST_HEIGHT,
    },
  ];
  const free = places.find(({ room, needed }) => room >= needed + 2 * GAP);
  return free ? { position: free.position, offset: free.offset, clear: true } : { position: usual, offset: GAP, clear: false };
}

/** Stay on the screen, scrolling inside where too tall. */
export const onScreen = (flip: boolean): PopoverProps['middlewares'] => ({
  shift: { padding: GAP },
  flip: flip && { padding: GAP },
  size: {
    padding: GAP,
    apply: ({ availableHeight, elements }) => {
      // Below the least height it is better partly off the screen (and scrolled to) than squeezed.
      elements.floating.style.setProperty('--room', `${Math.max(LEAST_HEIGHT, Math.floor(availableHeight))}px`);
    },
  },
});
