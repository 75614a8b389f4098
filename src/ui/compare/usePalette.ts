import { useEffect, useState } from 'react';
import { similarityColour, similarityInk } from '@/ui/colours.ts';
import type { Palette } from './Heatmap.tsx';

const LEVELS = 101;

/** CSS variables and mixtures resolved by the browser itself, as a canvas needs them. */
function resolvePalette(): Palette {
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
}

/** Colours of the theme for a canvas; null until the page has its colour scheme, and new when that changes. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    const update = () => setPalette(resolvePalette());
    update();
    const scheme = new MutationObserver(update);
    scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => scheme.disconnect();
  }, []);
  return palette;
}
