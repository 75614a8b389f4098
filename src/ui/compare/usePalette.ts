import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { similarityColour, similarityInk } from '@/ui/colours.ts';
import type { Palette } from './Heatmap.tsx';

const LEVELS = 101;

/** Colours of the theme as a canvas needs them: CSS variables and mixtures resolved by the browser itself. */
export function usePalette(): Palette {
  const scheme = useComputedColorScheme('light');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the variables behind the colours follow the scheme
  return useMemo(() => {
    const probe = document.createElement('span');
    document.body.append(probe);
    const resolve = (colour: string) => {
      probe.style.color = colour;
      return getComputedStyle(probe).color;
    };
    const palette: Palette = {
      ramp: Array.from({ length: LEVELS }, (_, i) => resolve(similarityColour(i / (LEVELS - 1)))),
      ink: [resolve(similarityInk(0)), resolve(similarityInk(1))],
      mark: resolve('var(--ink)'),
      none: resolve('var(--line)'),
    };
    probe.remove();
    return palette;
  }, [scheme]);
}
