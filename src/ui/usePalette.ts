import { useEffect, useState } from 'react';
import { drawSoon } from '@/ui/redraw.ts';
import { RAMP_LEVELS, similarityColour } from './colours.ts';
import { inkOn } from './contrast.ts';

export interface Palette {
  /** Of similarities, see `rampLevel`. */
  ramp: readonly string[];
  /** The same as RGBA bytes, and behind them those of `none`. */
  bytes: Uint8ClampedArray;
  /** What can be read on each colour of the ramp. */
  inks: readonly string[];
  mark: string;
  none: string;
}

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
  const steps = Array.from({ length: RAMP_LEVELS }, (_, i) => similarityColour(i / (RAMP_LEVELS - 1)));
  const colours = resolveColours([...steps, 'var(--line)', 'var(--ink)']);
  const ramp = colours.slice(0, RAMP_LEVELS);
  const [none, mark] = colours.slice(RAMP_LEVELS);
  const bytes = toBytes(colours);
  return { ramp, bytes, inks: ramp.map((_, i) => inkOn(bytes.subarray(4 * i, 4 * i + 3))), mark, none };
}

/** All at once: asked one by one, the browser would work the page's styles out anew for each. */
function resolveColours(colours: readonly string[]): string[] {
  const probe = document.createElement('div');
  probe.hidden = true;
  // With the system's few colours in force every step would else be the one of text; a canvas is not recoloured.
  probe.style.setProperty('forced-color-adjust', 'none');
  for (const colour of colours) probe.appendChild(document.createElement('span')).style.color = colour;
  document.body.append(probe);
  const resolved = Array.from(probe.children, (child) => getComputedStyle(child).color);
  probe.remove();
  return resolved;
}

/** Colours of the theme for a canvas; null until the page has its colour scheme, and new when that changes or the system's own colours take its place. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    let alive = true;
    const update = () => drawSoon(() => alive && setPalette(resolvePalette()));
    update();
    const scheme = new MutationObserver(update);
    scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    const forced = window.matchMedia('(forced-colors: active)');
    forced.addEventListener('change', update);
    return () => {
      alive = false;
      scheme.disconnect();
      forced.removeEventListener('change', update);
    };
  }, []);
  return palette;
}
