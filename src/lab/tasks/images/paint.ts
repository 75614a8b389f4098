/** Colours, gradients and noise that the procedural image tasks share. Intensities are 0–1. */
import type { Stream } from '../../random/stream.ts';

export const CHANNELS = 3;

export type Colour = [number, number, number];

export const drawColour = (random: Stream): Colour => [random.uniform(), random.uniform(), random.uniform()];

/** Foreground and background at least `distance` apart (Euclidean, in RGB). */
export function drawColourPair(random: Stream, distance: number): [foreground: Colour, background: Colour] {
  for (;;) {
    const a = drawColour(random);
    const b = drawColour(random);
    const [dr, dg, db] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    if (dr * dr + dg * dg + db * db >= distance * distance) return [a, b];
  }
}

/** A linear gradient: intensity gained per image width and height, for each channel. */
export interface Gradient {
  x: Colour;
  y: Colour;
}

/** Slopes from N(0, sd). */
export function drawGradient(random: Stream, sd: number): Gradient {
  const x: Colour = [0, 0, 0];
  const y: Colour = [0, 0, 0];
  for (let c = 0; c < CHANNELS; c++) {
    x[c] = sd * random.normal();
    y[c] = sd * random.normal();
  }
  return { x, y };
}

export const clip01 = (value: number): number => Math.min(1, Math.max(0, value));
