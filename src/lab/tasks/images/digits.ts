/**
 * Digits: written with a pen of varying thickness, each in a hand of its own. The way of the pen is bent by a smooth
 * random displacement, then scaled, slanted, turned and moved; bright ink on a dark ground, as in MNIST.
 */
import { FIGURE_DEFAULTS } from '../../../experiment/schema/imageSchema.ts';
import { cos, PI, sin } from '../../../experiment/course/math.ts';
import type { Stream } from '../../random/stream.ts';
import { GLYPHS, type Point } from './glyphs.ts';
import { clip01, coverage, discCoverage, drawClutter } from './paint.ts';
import type { DrawImage } from './task.ts';

/** Half of a digit's height, of the image's side. */
const HALF_HEIGHT_SHARE = [0.3, 0.4] as const;
/** Width against what the glyph has. */
const ASPECT = [0.8, 1.15] as const;
/** Horizontal shift per height: the slant of a hand. */
const SLANT = 0.25;
/** How far the middle of a digit lies from that of the image, of the image's side. */
const SHIFT_SHARE = 0.08;
/** Half of a line's thickness, of the image's side. */
const PEN_SHARE = [0.03, 0.06] as const;
/** The pen's thickness varies by up to this share along a digit. */
const PEN_VARIATION = 0.3;
const GROUND = [0, 0.15] as const;
const INK = [0.7, 1] as const;
const CLUTTER_INK = [0.2, 0.6] as const;

/** Knots to each side of a displacement field, and their distance: the glyphs lie between the second and the last but one. */
const KNOTS = 6;
const KNOT_DISTANCE = 0.7;
/** A cubic B-spline through independent draws has about half their standard deviation. */
const SPLINE_GAIN = 2;

/** Weights of the four knots around a place between the middle two. */
const splineWeights = (t: number): number[] => {
  const s = 1 - t;
  return [s * s * s, 3 * t * t * t - 6 * t * t + 4, 3 * s * s * s - 6 * s * s + 4, t * t * t].map((weight) => weight / 6);
};

/** A smooth random function of the glyph's plane with values of about N(0, 1): a cubic B-spline. */
function drawField(random: Stream): (point: Point) => number {
  const knots = random.normals(KNOTS * KNOTS);
  const place = (coordinate: number): [first: number, weights: number[]] => {
    const at = Math.min(KNOTS - 3, Math.max(0, coordinate / KNOT_DISTANCE + (KNOTS - 3) / 2));
    const first = Math.min(KNOTS - 4, Math.floor(at));
    return [first, splineWeights(at - first)];
  };
  return ([x, y]) => {
    const [column, across] = place(x);
    const [row, down] = place(y);
    let sum = 0;
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) sum += down[i] * across[j] * knots[(row + i) * KNOTS + column + j];
    return SPLINE_GAIN * sum;
  };
}

/** Where the pen is, in pixels, and half the thickness of its line. */
interface PenPoint {
  x: number;
  y: number;
  radius: number;
}

/** The strokes of a digit in one hand. */
function write(random: Stream, label: number, size: number, rotation: number, elastic: number): PenPoint[][] {
  const ways = GLYPHS[label];
  const glyph = ways[random.integer(ways.length)];
  const height = size * random.between(...HALF_HEIGHT_SHARE);
  const width = height * random.between(...ASPECT);
  const slant = random.between(-SLANT, SLANT);
  const angle = (random.between(-rotation / 2, rotation / 2) / 180) * PI;
  const centreX = size * (0.5 + random.between(-SHIFT_SHARE, SHIFT_SHARE));
  const centreY = size * (0.5 + random.between(-SHIFT_SHARE, SHIFT_SHARE));
  const pen = size * random.between(...PEN_SHARE);
  const [bendX, bendY, press] = [drawField(random), drawField(random), drawField(random)];
  // A glyph is 2 high.
  const bend = 2 * elastic;
  const [turnX, turnY] = [cos(angle), sin(angle)];
  return glyph.map((stroke) =>
    stroke.map((point): PenPoint => {
      const v = height * (point[1] + bend * bendY(point));
      const u = width * (point[0] + bend * bendX(point)) - slant * v;
      const variation = Math.min(2, Math.max(-2, press(point))) / 2;
      return { x: centreX + turnX * u - turnY * v, y: centreY + turnY * u + turnX * v, radius: pen * (1 + PEN_VARIATION * variation) };
    }),
  );
}

/** Signed distance of every pixel's centre to a digit's line, in pixels; large where it is far away. */
function distances(strokes: readonly PenPoint[][], size: number): Float64Array {
  const nearest = new Float64Array(size * size).fill(size);
  for (const points of strokes) {
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]];
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const squaredLength = dx * dx + dy * dy || 1;
      // Beyond this no pixel is covered.
      const reach = Math.max(a.radius, b.radius) + 1;
      const first = (from: number) => Math.max(0, Math.floor(from - reach));
      const last = (to: number) => Math.min(size - 1, Math.ceil(to + reach));
      for (let row = first(Math.min(a.y, b.y)); row <= last(Math.max(a.y, b.y)); row++) {
        for (let column = first(Math.min(a.x, b.x)); column <= last(Math.max(a.x, b.x)); column++) {
          const [px, py] = [column + 0.5 - a.x, row + 0.5 - a.y];
          const along = clip01((px * dx + py * dy) / squaredLength);
          const [ox, oy] = [px - along * dx, py - along * dy];
          const distance = Math.sqrt(ox * ox + oy * oy) - (a.radius + along * (b.radius - a.radius));
          const pixel = row * size + column;
          if (distance < nearest[pixel]) nearest[pixel] = distance;
        }
      }
    }
  }
  return nearest;
}

/** `[size × size × 1]`; the label is the digit. */
export const drawDigit: DrawImage = (random, label, spec, out, offset) => {
  const { size, noise } = spec;
  const { clutter, rotation, elastic } = { ...FIGURE_DEFAULTS.digits, ...spec };
  const strokes = write(random, label, size, rotation, elastic);
  const ground = random.between(...GROUND);
  const ink = random.between(...INK);
  const discs = drawClutter(random, clutter, size, () => random.between(...CLUTTER_INK));
  const line = distances(strokes, size);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const [x, y] = [(pixel % size) + 0.5, Math.floor(pixel / size) + 0.5];
    let under = ground;
    for (const disc of discs) under += (disc.ink - under) * discCoverage(disc, x, y);
    out[offset + pixel] = clip01(under + (ink - under) * coverage(line[pixel]) + noise * random.normal());
  }
};
