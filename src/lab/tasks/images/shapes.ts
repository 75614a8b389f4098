/**
 * Shapes: one of eight figures of random place, size, turn and colour on a shaded background with clutter discs.
 * Figures are signed distances in pixels (negative inside), so that edges are smooth at any size.
 */
import { FIGURE_DEFAULTS } from '../../../experiment/schema/imageSchema.ts';
import { cos, PI, sin } from '../../../experiment/course/math.ts';
import { clip01, coverage, discCoverage, drawClutter, drawColour, drawColourPair, drawGradient, RGB } from './paint.ts';
import type { DrawImage } from './task.ts';

/** Of the image's side. */
const RADIUS_SHARE = [0.3, 0.42] as const;
/** Distance of the centre from the border, in radii. */
const MARGIN = 0.95;
const COLOUR_DISTANCE = 0.8;
const GRADIENT_SD = 0.15;
/** √3/2, slope of a triangle's sides. */
const TRIANGLE_SIDE = 0.866;

const { abs, max, min, sqrt } = Math;

type SignedDistance = (u: number, v: number, radius: number) => number;

/** In the order of the class names; (u, v) in the figure's own turned frame, in pixels. */
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

/** `[size × size × 3]`; labels in the order of the class names. */
export const drawShape: DrawImage = (random, label, spec, out, offset) => {
  const { size, noise, clutter = FIGURE_DEFAULTS.shapes.clutter, rotation = FIGURE_DEFAULTS.shapes.rotation } = spec;
  const radius = size * random.between(...RADIUS_SHARE);
  const centreX = random.between(MARGIN * radius, size - MARGIN * radius);
  const centreY = random.between(MARGIN * radius, size - MARGIN * radius);
  const angle = random.between(0, (rotation / 360) * 2 * PI);
  const [foreground, background] = drawColourPair(random, COLOUR_DISTANCE);
  const gradient = drawGradient(random, GRADIENT_SD);
  const discs = drawClutter(random, clutter, size, () => drawColour(random));
  const shares = new Float64Array(discs.length);
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
      for (let i = 0; i < discs.length; i++) shares[i] = discCoverage(discs[i], x, y);
      for (let c = 0; c < RGB; c++) {
        let under = background[c] + gradient.x[c] * (x / size - 0.5) + gradient.y[c] * (y / size - 0.5);
        for (let i = 0; i < discs.length; i++) under += (discs[i].ink[c] - under) * shares[i];
        out[offset++] = clip01(under + (foreground[c] - under) * inside + noise * random.normal());
      }
    }
  }
};
