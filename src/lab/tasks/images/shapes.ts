/**
 * Shapes: one of eight figures of random place, size, turn and colour on a shaded background with one clutter disc.
 * Figures are signed distances in pixels (negative inside), so that edges are smooth at any size.
 */
import { cos, PI, sin } from '../../random/math.ts';
import type { Stream } from '../../random/stream.ts';
import { CHANNELS, clip01, drawColour, drawColourPair, drawGradient } from './paint.ts';

/** Of the image's side. */
const RADIUS_SHARE = [0.3, 0.42] as const;
/** Distance of the centre from the border, in radii. */
const MARGIN = 0.95;
/** Radians. */
const MAX_ROTATION = 0.1 * 2 * PI;
const COLOUR_DISTANCE = 0.8;
const GRADIENT_SD = 0.15;
/** Of the image's side. */
const CLUTTER_RADIUS_SHARE = [0.04, 0.09] as const;
/** √3/2, slope of a triangle's sides. */
const TRIANGLE_SIDE = 0.866;

const { abs, max, min, sqrt } = Math;

type SignedDistance = (u: number, v: number, radius: number) => number;

/** In the order of `SHAPE_CLASSES`; (u, v) in the figure's own turned frame, in pixels. */
const FIGURES: readonly SignedDistance[] = [
  (u, v, r) => sqrt(u * u + v * v) - 0.9 * r,
  (u, v, r) => abs(sqrt(u * u + v * v) - 0.75 * r) - 0.22 * r,
  (u, v, r) => max(abs(u), abs(v)) - 0.8 * r,
  (u, v, r) => abs(max(abs(u), abs(v)) - 0.64 * r) - 0.2 * r,
  (u, v, r) => max(v - 0.5 * r, TRIANGLE_SIDE * u - 0.5 * v - 0.5 * r, -TRIANGLE_SIDE * u - 0.5 * v - 0.5 * r),
  (u, v, r) => min(max(abs(u) - 0.28 * r, abs(v) - 0.95 * r), max(abs(v) - 0.28 * r, abs(u) - 0.95 * r)),
  (u, v, r) => max(abs(abs(u) - 0.55 * r) - 0.24 * r, abs(v) - 0.85 * r),
  (u, v, r) => max(max(abs(u), abs(v)) - 0.85 * r, -Math.sign(u * v) * min(abs(u), abs(v))),
];

/** Share of a pixel inside a figure, from the distance of its centre to the edge. */
const coverage = (distance: number): number => clip01(0.5 - distance);

/** See `DrawImage`; labels in the order of `SHAPE_CLASSES`. */
export function drawShape(random: Stream, label: number, size: number, noise: number, out: Float32Array, offset: number): void {
  const radius = size * random.between(...RADIUS_SHARE);
  const centreX = random.between(MARGIN * radius, size - MARGIN * radius);
  const centreY = random.between(MARGIN * radius, size - MARGIN * radius);
  const angle = random.between(0, MAX_ROTATION);
  const [foreground, background] = drawColourPair(random, COLOUR_DISTANCE);
  const gradient = drawGradient(random, GRADIENT_SD);
  const clutterX = random.between(0, size);
  const clutterY = random.between(0, size);
  const clutterRadius = size * random.between(...CLUTTER_RADIUS_SHARE);
  const clutterColour = drawColour(random);
  const figure = FIGURES[label];
  const turnX = cos(angle);
  const turnY = sin(angle);

  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = column + 0.5;
      const y = row + 0.5;
      const dx = x - centreX;
      const dy = y - centreY;
      const inside = coverage(figure(turnX * dx + turnY * dy, -turnY * dx + turnX * dy, radius));
      const cx = x - clutterX;
      const cy = y - clutterY;
      const clutter = coverage(sqrt(cx * cx + cy * cy) - clutterRadius);
      for (let c = 0; c < CHANNELS; c++) {
        const ground = background[c] + gradient.x[c] * (x / size - 0.5) + gradient.y[c] * (y / size - 0.5);
        const under = ground + (clutterColour[c] - ground) * clutter;
        out[offset++] = clip01(under + (foreground[c] - under) * inside + noise * random.normal());
      }
    }
  }
}
