import { useEffect, useState } from 'react';
import { similarityColour, similarityInk } from '@/ui/colours.ts';
import type { Palette } from './Heatmap.tsx';

const LEVELS = 101;

/** RGBA of any CSS colours, by drawing them. */
function toBytes(colours: readonly string[]): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = colours.length;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return new Uint8ClampedArray(4 * colours.length);
  colours.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect(i, 0, 1, 1);
  });
  return context.getImageData(0, 0, colours.length, 1).data;
}

/** CSS variables and mixtures resolved by the browser itself, as a canvas needs them. */
function resolvePalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const ramp = Array.from({ length: LEVELS }, (_, i) => resolve(similarityColour(i / (LEVELS - 1))));
  const palette: Palette = {
    ramp,
    bytes: toBytes([...ramp, resolve('var(--line)')]),
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
