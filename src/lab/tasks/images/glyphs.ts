/**
 * How the digits 0–9 are written: strokes as points along the pen's way. A digit is 2 high (y from −1 to 1, downwards)
 * and at most 1.3 wide around x = 0.
 */
import { cos, PI, sin } from '../../../experiment/course/math.ts';

export type Point = readonly [x: number, y: number];
/** One movement of the pen without lifting it. */
export type PenStroke = readonly Point[];
/** One way to write a digit. */
export type Glyph = readonly PenStroke[];

/** Length of a piece of a stroke: short enough to look round when it is bent. */
const PIECE = 0.12;

/** The points of an ellipse from one angle to another, in degrees: 0 is right, 90 is down. */
function arc(x: number, y: number, radiusX: number, radiusY: number, from: number, to: number): Point[] {
  const [start, sweep] = [(from / 180) * PI, ((to - from) / 180) * PI];
  const count = Math.ceil((Math.abs(sweep) * Math.max(radiusX, radiusY)) / PIECE);
  return Array.from({ length: count + 1 }, (_, i): Point => {
    const angle = start + (sweep * i) / count;
    return [x + radiusX * cos(angle), y + radiusY * sin(angle)];
  });
}

/** The same way with points on straight pieces too, so that a smooth distortion bends them. */
function stroke(...parts: readonly (Point | Point[])[]): PenStroke {
  const corners = parts.flatMap((part) => (typeof part[0] === 'number' ? [part as Point] : (part as Point[])));
  return corners.flatMap((to, i): Point[] => {
    if (i === 0) return [to];
    const from = corners[i - 1];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const count = Math.max(1, Math.ceil(Math.sqrt(dx * dx + dy * dy) / PIECE));
    return Array.from({ length: count }, (_, k): Point => [from[0] + (dx * (k + 1)) / count, from[1] + (dy * (k + 1)) / count]);
  });
}

/** By digit, the ways in which it is written. */
export const GLYPHS: readonly (readonly Glyph[])[] = [
  [[stroke(arc(0, 0, 0.58, 0.98, -80, 280))]],
  [[stroke([0, -1], [0, 1])], [stroke([-0.38, -0.55], [0.06, -1], [0.06, 1])]],
  [[stroke(arc(0, -0.46, 0.54, 0.54, 195, 395), [-0.58, 0.98], [0.62, 0.98])]],
  [[stroke(arc(-0.02, -0.5, 0.5, 0.48, 205, 450), arc(-0.02, 0.46, 0.58, 0.52, 270, 510))]],
  [
    [stroke([0.12, -1], [-0.62, 0.3], [0.62, 0.3]), stroke([0.26, -0.25], [0.26, 1])],
    [stroke([0.26, 1], [0.26, -1], [-0.62, 0.36], [0.62, 0.36])],
    [stroke([-0.46, -1], [-0.54, 0.05], [0.5, 0.05]), stroke([0.42, -0.95], [0.36, 1])],
  ],
  [[stroke([0.52, -0.98], [-0.4, -0.98], [-0.46, -0.12], arc(-0.04, 0.38, 0.58, 0.6, 222, 500))]],
  [[stroke([0.34, -0.98], arc(0.4, 0.38, 0.94, 1.2, 232, 180), arc(0, 0.42, 0.54, 0.56, 180, -180))]],
  [[stroke([-0.58, -0.98], [0.58, -0.98], [-0.14, 1])], [stroke([-0.58, -0.98], [0.58, -0.98], [-0.14, 1]), stroke([-0.28, 0], [0.5, 0])]],
  [[stroke(arc(0, -0.5, 0.44, 0.48, 90, 450)), stroke(arc(0, 0.48, 0.54, 0.5, -90, 270))]],
  [[stroke(arc(0, -0.44, 0.5, 0.54, 0, -360), [0.42, 1])], [stroke(arc(0, -0.44, 0.5, 0.54, 0, -360), arc(-0.06, 0.3, 0.56, 0.68, 0, 120))]],
];
