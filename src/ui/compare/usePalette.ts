import { useEffect, useState } from 'react';
import { drawSoon } from '@/ui/charts/redraw.ts';
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
  const steps = Array.from({ length: LEVELS }, (_, i) => similarityColour(i / (LEVELS - 1)));
  const colours = resolveColours([...steps, 'var(--line)', 'var(--ink)', 'var(--on-accent)']);
  const ramp = colours.slice(0, LEVELS);
  const [line, ...inks] = colours.slice(LEVELS);
  const bytes = toBytes(colours);
  const bright = (i: number) => luminance(bytes.subarray(4 * i, 4 * i + 3));
  const [first, second] = [bright(LEVELS + 1), bright(LEVELS + 2)];
  const palette: Palette = {
    ramp,
    bytes,
    inks: ramp.map((_, i) => (contrast(bright(i), first) >= contrast(bright(i), second) ? inks[0] : inks[1])),
    mark: inks[0],
    none: line,
  };
  return palette;
}

/** All at once: asked one by one, the browser would work the page's styles out anew for each. */
function resolveColours(colours: readonly string[]): string[] {
  const probe = document.createElement('div');
  probe.hidden = true;
  for (const colour of colours) probe.appendChild(document.createElement('span')).style.color = colour;
  document.body.append(probe);
  const resolved = Array.from(probe.children, (child) => getComputedStyle(child).color);
  probe.remove();
  return resolved;
}

/** Colours of the theme for a canvas; null until the page has its colour scheme, and new when that changes. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    let alive = true;
    const update = () => drawSoon(() => alive && setPalette(resolvePalette()));
    update();
    const scheme = new MutationObserver(update);
    scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      alive = false;
      scheme.disconnect();
    };
  }, []);
  return palette;
}
