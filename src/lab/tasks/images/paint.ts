/** Colours, gradients and noise that the procedural image tasks share. Intensities are 0–1. */
import type { Stream } from '../../random/stream.ts';

export const RGB = 3;

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
  for (let c = 0; c < RGB; c++) {
    x[c] = sd * random.normal();
    y[c] = sd * random.normal();
  }
  return { x, y };
}

/** Share of a pixel inside a figure, from the signed distance of its centre to the edge (pixels, negative inside). */
export const coverage = (distance: number): number => clip01(0.5 - distance);

/** A disc somewhere under a figure. */
export interface Clutter<Ink> {
  x: number;
  y: number;
  radius: number;
  ink: Ink;
}

/** Of the image's side. */
const CLUTTER_RADIUS_SHARE = [0.04, 0.09] as const;

/** `count` discs at random places, each in an ink of its own. */
export const drawClutter = <Ink>(random: Stream, count: number, size: number, ink: () => Ink): Clutter<Ink>[] =>
  Array.from({ length: count }, () => ({
    x: random.between(0, size),
    y: random.between(0, size),
    radius: size * random.between(...CLUTTER_RADIUS_SHARE),
    ink: ink(),
  }));

/** Share of the pixel at (x, y) that a disc covers. */
export function discCoverage(disc: Clutter<unknown>, x: number, y: number): number {
  const [dx, dy] = [x - disc.x, y - disc.y];
  return coverage(Math.sqrt(dx * dx + dy * dy) - disc.radius);
}

export const clip01 = (value: number): number => Math.min(1, Math.max(0, value));
