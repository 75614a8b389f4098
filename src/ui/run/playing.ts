import { piece } from '../pieces.ts';

/** What tells a run again, and its bar: one piece, so that the bar is there when it begins. */
export const PLAYER = piece(async () => {
  const [{ playBack }, { PlaybackBar }] = await Promise.all([import('@/state/player.ts'), import('./PlaybackBar.tsx')]);
  return { playBack, PlaybackBar };
});
