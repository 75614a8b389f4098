import { useEffect, useState } from 'react';
import { similarityColour } from '@/ui/colours.ts';
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

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(rgb: Uint8ClampedArray): number {
  const [r, g, b] = [...rgb].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** CSS variables and mixtures resolved by the browser itself, as a canvas needs them. */
function resolvePalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const ramp = Array.from({ length: LEVELS }, (_, i) => resolve(similarityColour(i / (LEVELS - 1))));
  const inks = [resolve('var(--ink)'), resolve('var(--on-accent)')];
  const bytes = toBytes([...ramp, resolve('var(--line)'), ...inks]);
  const bright = (i: number) => luminance(bytes.subarray(4 * i, 4 * i + 3));
  const [first, second] = [bright(LEVELS + 1), bright(LEVELS + 2)];
  const palette: Palette = {
    ramp,
    bytes,
    inks: ramp.map((_, i) => (contrast(bright(i), first) >= contrast(bright(i), second) ? inks[0] : inks[1])),
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
