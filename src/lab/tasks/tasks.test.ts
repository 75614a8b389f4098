import { describe, expect, it } from 'vitest';
import type { ImageTaskSpec } from '../../experiment/schema.ts';
import { fingerprint } from '../random/testing.ts';
import { createImageTask } from './images/task.ts';
import { createTask } from './index.ts';

const spec = (kind: ImageTaskSpec['kind'], changes: Partial<ImageTaskSpec> = {}): ImageTaskSpec =>
  ({ kind, size: 16, train: 400, val: 100, seed: 0, noise: kind === 'textures' ? 0.15 : 0.05, ...changes }) as ImageTaskSpec;

const GOLDEN = {
  textures: { train: '35d92fb2e3d8286a', val: '69342538a547d424', labels: '2e2ac33c94bf40dc' },
  shapes: { train: '947d8b23caf72aa8', val: '5e679c6f90cb36e7', labels: '845917562aec3632' },
} as const;

describe.each(['textures', 'shapes'] as const)('%s', (kind) => {
  const task = createTask(spec(kind));

  it('is the same bytes for the same specification, here and elsewhere', () => {
    const { train, val } = task;
    expect({ train: fingerprint(train.inputs), val: fingerprint(val.inputs), labels: fingerprint(train.labels) }).toEqual(GOLDEN[kind]);
    expect(createTask(spec(kind)).train).toEqual(train);
  });

  it('differs for another seed, and between training and validation', () => {
    expect(createTask(spec(kind, { seed: 1 })).train.inputs).not.toEqual(task.train.inputs);
    expect(createTask(spec(kind, { seed: 1 })).train.labels).not.toEqual(task.train.labels);
    expect(task.train.labels.slice(0, 100)).not.toEqual(task.val.labels);
    expect(task.train.inputs.slice(0, 768)).not.toEqual(task.val.inputs.slice(0, 768));
  });

  it('keeps its images when there are more of them', () => {
    const more = createTask(spec(kind, { train: 500 }));
    expect(more.train.labels.slice(0, 400)).toEqual(task.train.labels);
    expect(more.preview(9)).toEqual(task.preview(9));
  });

  it('has shapes as described and about as many images of each class', () => {
    const { train, val, shape } = task;
    const [height, width, channels] = shape.input;
    expect(train.inputs).toHaveLength(shape.trainExamples * height * width * channels);
    expect(val.inputs).toHaveLength(shape.valExamples * height * width * channels);
    const counts = new Array<number>(8).fill(0);
    for (const label of createTask(spec(kind, { train: 8000 })).preview(8000).labels) counts[label]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });

  it('is standardised per channel by the training images', () => {
    const { mean, sd } = task.standardisation;
    for (let c = 0; c < 3; c++) {
      const values = task.train.inputs.filter((_, i) => i % 3 === c);
      const average = values.reduce((a, b) => a + b, 0) / values.length;
      expect(average).toBeCloseTo(0, 5);
      expect(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length).toBeCloseTo(1, 4);
      // Validation uses the same numbers: close to standard, not exactly.
      const low = -mean[c] / sd[c];
      const high = (1 - mean[c]) / sd[c];
      const val = task.val.inputs.filter((_, i) => i % 3 === c);
      expect(Math.min(...val)).toBeGreaterThanOrEqual(low - 1e-5);
      expect(Math.max(...val)).toBeLessThanOrEqual(high + 1e-5);
      expect(Math.abs(val.reduce((a, b) => a + b, 0) / val.length)).toBeLessThan(0.2);
    }
  });

  it('previews balanced classes as opaque pixels, equal to the un-standardised training images', () => {
    const preview = task.preview(24);
    expect([...preview.labels]).toEqual(Array.from({ length: 24 }, (_, i) => i % 8));
    expect(preview.pixels).toHaveLength(24 * 16 * 16 * 4);
    expect(preview.pixels.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    const { mean, sd } = task.standardisation;
    const first = task.train.labels.indexOf(0) * 768;
    for (let p = 0; p < 256; p++) {
      for (let c = 0; c < 3; c++) {
        const intensity = task.train.inputs[first + p * 3 + c] * sd[c] + mean[c];
        expect(Math.abs(preview.pixels[p * 4 + c] - 255 * intensity)).toBeLessThanOrEqual(0.51);
      }
    }
  });

  it('draws only what is asked for: a preview its tiles, a split its own images, each once', () => {
    let drawn = 0;
    const counting = createImageTask(spec(kind), () => { drawn++; });
    expect(counting.preview(8).count).toBe(8);
    expect(drawn).toBe(8);
    void counting.train;
    void counting.train;
    expect(drawn).toBe(408);
    void counting.val;
    expect(drawn).toBe(508);
    expect(counting.preview(1000).count).toBe(400);
  });

  it('draws other sizes and noise levels', () => {
    const small = createTask(spec(kind, { size: 8, train: 64, val: 64, noise: 0 }));
    expect(small.train.inputs).toHaveLength(64 * 8 * 8 * 3);
    expect(small.train.inputs.every(Number.isFinite)).toBe(true);
    expect(createTask(spec(kind, { noise: 1, train: 64 })).train.inputs.every(Number.isFinite)).toBe(true);
  });
});

/** Luminance contrast of a class's noiseless preview images, as [image][row][column]. */
function images(kind: ImageTaskSpec['kind'], label: number, count = 40): number[][][] {
  const preview = createTask(spec(kind, { noise: 0, size: 32, train: 64 * count })).preview(8 * count);
  return Array.from({ length: count }, (_, n) => {
    const tile = n * 8 + label;
    expect(preview.labels[tile]).toBe(label);
    const at = (x: number, y: number) => {
      const start = (tile * 1024 + y * 32 + x) * 4;
      return preview.pixels[start] + preview.pixels[start + 1] + preview.pixels[start + 2];
    };
    return Array.from({ length: 32 }, (_, y) => Array.from({ length: 32 }, (_, x) => at(x, y)));
  });
}

/** Mean squared difference to the pixel (dx, dy) away. */
function variation(image: number[][], dx: number, dy: number): number {
  let sum = 0;
  let count = 0;
  for (let y = 1; y < 31; y++) for (let x = 1; x < 31; x++, count++) sum += (image[y + dy][x + dx] - image[y][x]) ** 2;
  return sum / count;
}

describe('classes of textures look as they are called', () => {
  const share = (label: number, holds: (image: number[][]) => boolean) => {
    const all = images('textures', label);
    return all.filter(holds).length / all.length;
  };

  it('stripes vary across and not along their direction', () => {
    expect(share(0, (image) => variation(image, 0, 1) > 2 * variation(image, 1, 0))).toBeGreaterThan(0.9);
    expect(share(1, (image) => variation(image, 1, 0) > 2 * variation(image, 0, 1))).toBeGreaterThan(0.9);
    // "/" runs from bottom left to top right; rows count downwards.
    expect(share(2, (image) => variation(image, 1, 1) > 2 * variation(image, 1, -1))).toBeGreaterThan(0.9);
    expect(share(3, (image) => variation(image, 1, -1) > 2 * variation(image, 1, 1))).toBeGreaterThan(0.9);
  });

  it('checker and dots vary in both directions alike, spokes vary least', () => {
    for (const label of [4, 5]) {
      expect(share(label, (image) => {
        const ratio = variation(image, 1, 0) / variation(image, 0, 1);
        return ratio > 0.5 && ratio < 2;
      })).toBeGreaterThan(0.9);
    }
    const total = (label: number) => images('textures', label).reduce((sum, image) => sum + variation(image, 1, 0), 0);
    expect(total(7)).toBeLessThan(0.5 * total(6));
    expect(total(7)).toBeLessThan(0.5 * total(4));
  });
});

describe('classes of shapes look as they are called', () => {
  /** Share of the image that a figure covers: pixels far from the most common border colour. */
  const area = (label: number) => {
    const all = images('shapes', label);
    const covered = all.map((image) => {
      const border = image[0][0];
      const centre = image.flat().filter((value) => Math.abs(value - border) > 130).length;
      return centre / 1024;
    });
    return covered.reduce((a, b) => a + b, 0) / covered.length;
  };

  it('filled figures cover more than their outlines', () => {
    expect(area(0)).toBeGreaterThan(area(1));
    expect(area(2)).toBeGreaterThan(area(3));
    expect(area(2)).toBeGreaterThan(area(4));
    expect(area(2)).toBeGreaterThan(area(7));
  });
});
