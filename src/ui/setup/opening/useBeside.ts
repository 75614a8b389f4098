import { type FloatingPosition, useMatches } from '@mantine/core';

/** Where what is opened from the experiment's picture stands: beside it, so that it stays in view; below where nothing is beside it. */
export const useBeside = (): FloatingPosition => useMatches<FloatingPosition>({ base: 'bottom-start', md: 'right-start' });
