/**
 * Textures: classes differ in the pattern (four stripe directions, checker, dots, rings, spokes), while period, phase,
 * colours, contrast and lighting vary freely, so that no single pixel tells the class.
 */
import { atan2, cos, PI, sin, tanh } from '../../../experiment/course/math.ts';
import { clip01, drawColourPair, drawGradient, RGB } from './paint.ts';
import type { DrawImage } from './task.ts';

/** Pixels per period of the pattern. */
const PERIOD_PIXELS = [3.2, 6.0] as const;
/** Radians by which a pattern may be turned. */
const ROTATION_JITTER = 0.3;
/** Direction in which each class varies, in radians; unlisted classes 0. */
const BASE_ROTATION = [PI / 2, 0, PI / 4, -PI / 4];
const SPOKES = [4, 5, 6] as const;
const EDGE_SHARPNESS = 2;
const CHECKER_GAIN = 1.6;
const DOT_OFFSET = -0.6;
const COLOUR_DISTANCE = 0.5;
const CONTRAST = [0.5, 1] as const;
const GRADIENT_SD = 0.2;

/** `[size × size × 3]`; labels in the order of the class names. */
export const drawTexture: DrawImage = (random, label, { size, noise }, out, offset) => {
  const w = (2 * PI) / random.between(...PERIOD_PIXELS);
  const phase = random.between(0, 2 * PI);
  const phase2 = random.between(0, 2 * PI);
  const angle = (BASE_ROTATION[label] ?? 0) + random.between(-ROTATION_JITTER, ROTATION_JITTER);
  const centreX = random.between(0, size);
  const centreY = random.between(0, size);
  const spokes = SPOKES[random.integer(SPOKES.length)];
  const [foreground, background] = drawColourPair(random, COLOUR_DISTANCE);
  const contrast = random.between(...CONTRAST);
  const gradient = drawGradient(random, GRADIENT_SD);
  const turnX = cos(angle);
  const turnY = sin(angle);

  const pattern = (x: number, y: number): number => {
    const u = turnX * x + turnY * y;
    if (label < 4) return sin(w * u + phase);
    const v = -turnY * x + turnX * y;
    switch (label) {
      case 4:
        return CHECKER_GAIN * sin(w * u + phase) * sin(w * v + phase2);
      case 5:
        return sin(w * u + phase) + sin(w * v + phase2) + DOT_OFFSET;
    }
    const dx = x - centreX;
    const dy = y - centreY;
    if (label === 6) return sin(w * Math.sqrt(dx * dx + dy * dy) + phase);
    return sin(spokes * atan2(dy, dx) + phase);
  };

  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = column + 0.5;
      const y = row + 0.5;
      const a = 0.5 + 0.5 * tanh(EDGE_SHARPNESS * pattern(x, y));
      for (let c = 0; c < RGB; c++) {
        const mid = (foreground[c] + background[c]) / 2;
        const mixed = foreground[c] * a + background[c] * (1 - a);
        const light = gradient.x[c] * (x / size - 0.5) + gradient.y[c] * (y / size - 0.5);
        out[offset++] = clip01(mid + (mixed - mid) * contrast + light + noise * random.normal());
      }
    }
  }
};

/** The same in grey: the mean of the channels, three times. */
export const drawGreyTexture: DrawImage = (random, label, spec, out, offset) => {
  drawTexture(random, label, spec, out, offset);
  for (let end = offset + spec.size * spec.size * RGB; offset < end; offset += RGB) {
    out.fill((out[offset] + out[offset + 1] + out[offset + 2]) / RGB, offset, offset + RGB);
  }
};
