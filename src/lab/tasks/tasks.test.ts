import { describe, expect, it } from 'vitest';
import { FIGURE_DEFAULTS, type ProceduralSpec } from '../../experiment/schema/schema.ts';
import { fingerprint } from '../random/testing.ts';
import { channelStatistics } from './images/pixels.ts';
import { ImageTask } from './images/task.ts';
import { createTask } from './index.ts';

const spec = (kind: ProceduralSpec['kind'], changes: Partial<ProceduralSpec> = {}): ProceduralSpec =>
  ({ kind, size: 16, train: 400, val: 100, seed: 0, noise: kind === 'textures' ? 0.15 : 0.05, ...changes }) as ProceduralSpec;

const GOLDEN = {
  textures: { train: '35d92fb2e3d8286a', val: '69342538a547d424', labels: '2e2ac33c94bf40dc' },
  shapes: { train: '947d8b23caf72aa8', val: '5e679c6f90cb36e7', labels: '845917562aec3632' },
  'grey-textures': { train: '41566506b275891c', val: '6bf2e0a1132a8caf', labels: 'b281330b955d0210' },
  digits: { train: '2f08e0a7ee31d7a9', val: '52a0d960a51b4d85', labels: 'aabb392c8f0f883c' },
} as const;

describe.each(Object.keys(GOLDEN) as ProceduralSpec['kind'][])('%s', (kind) => {
  const task = createTask(spec(kind));
  const {
    classes,
    input: [, , channels],
  } = task.shape;
  const values = 16 * 16 * channels;

  it('is the same bytes for the same specification, here and elsewhere', () => {
    const { train, val } = task;
    expect({ train: fingerprint(train.inputs), val: fingerprint(val.inputs), labels: fingerprint(train.labels) }).toEqual(GOLDEN[kind]);
    expect(createTask(spec(kind)).train).toEqual(train);
  });

  it('differs for another seed, and between training and validation', () => {
    expect(createTask(spec(kind, { seed: 1 })).train.inputs).not.toEqual(task.train.inputs);
    expect(createTask(spec(kind, { seed: 1 })).train.labels).not.toEqual(task.train.labels);
    expect(task.train.labels.slice(0, 100)).not.toEqual(task.val.labels);
    expect(task.train.inputs.slice(0, values)).not.toEqual(task.val.inputs.slice(0, values));
  });

  it('keeps its images when there are more of them', () => {
    const more = createTask(spec(kind, { train: 500 }));
    expect(more.train.labels.slice(0, 400)).toEqual(task.train.labels);
    expect(more.preview(9)).toEqual(task.preview(9));
  });

  it('has shapes as described and about as many images of each class', () => {
    const { train, val, shape } = task;
    const [height, width] = shape.input;
    expect(train.inputs).toHaveLength(shape.trainExamples * height * width * channels);
    expect(val.inputs).toHaveLength(shape.valExamples * height * width * channels);
    const counts = new Array<number>(classes).fill(0);
    const undrawn = new ImageTask(spec(kind, { train: 1000 * classes }), { draw: () => {} });
    for (const label of undrawn.preview(1000 * classes).labels) counts[label]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });

  it('is standardised per channel by the training images', () => {
    const { mean, sd } = task.standardisation;
    for (let c = 0; c < channels; c++) {
      const train = task.train.inputs.filter((_, i) => i % channels === c);
      const average = train.reduce((a, b) => a + b, 0) / train.length;
      expect(average).toBeCloseTo(0, 5);
      expect(train.reduce((a, b) => a + (b - average) ** 2, 0) / train.length).toBeCloseTo(1, 4);
      // Validation uses the same numbers: close to standard, not exactly.
      const val = task.val.inputs.filter((_, i) => i % channels === c);
      if (kind !== 'grey-textures') {
        expect(Math.min(...val)).toBeGreaterThanOrEqual(-mean[c] / sd[c] - 1e-5);
        expect(Math.max(...val)).toBeLessThanOrEqual((1 - mean[c]) / sd[c] + 1e-5);
      }
      expect(Math.abs(val.reduce((a, b) => a + b, 0) / val.length)).toBeLessThan(0.2);
    }
  });

  it('previews balanced classes as opaque pixels that show the training images', () => {
    const preview = task.preview(24);
    expect([...preview.labels]).toEqual(Array.from({ length: 24 }, (_, i) => i % classes));
    expect(preview.pixels).toHaveLength(24 * 16 * 16 * 4);
    expect(preview.pixels.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    const { mean, sd } = task.standardisation;
    const first = task.train.labels.indexOf(0) * values;
    for (let p = 0; p < 256; p++) {
      for (let c = 0; c < 3; c++) {
        const channel = channels === 1 ? 0 : c;
        const drawn = task.train.inputs[first + p * channels + channel] * sd[channel] + mean[channel];
        // In its own contrast an image is shown as ½ ± 0.2 per standard deviation.
        const intensity = kind === 'grey-textures' ? Math.min(1, Math.max(0, 0.5 + 0.2 * drawn)) : drawn;
        expect(Math.abs(preview.pixels[p * 4 + c] - 255 * intensity)).toBeLessThanOrEqual(0.51);
      }
    }
  });

  it('draws only what is asked for: a preview its tiles, a split its own images, each once', () => {
    let drawn = 0;
    const counting = new ImageTask(spec(kind), {
      draw: () => {
        drawn++;
      },
    });
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
    for (const size of [12, 32]) {
      const other = createTask(spec(kind, { size, train: 64, val: 64, noise: 0 }));
      expect(other.train.inputs).toHaveLength(64 * size * size * channels);
      expect(other.train.inputs.every(Number.isFinite)).toBe(true);
    }
    expect(createTask(spec(kind, { noise: 1, train: 64 })).train.inputs.every(Number.isFinite)).toBe(true);
  });
});

describe('the parameters of images', () => {
  const pixels = (over: Partial<ProceduralSpec>, kind: ProceduralSpec['kind'] = 'shapes') =>
    createTask(spec(kind, { train: 64, noise: 0, ...over })).preview(16).pixels;

  it('absent ones stand for the values that are stated as their defaults', () => {
    for (const kind of ['shapes', 'digits'] as const) {
      const classes = kind === 'digits' ? 10 : 8;
      expect(pixels({ ...FIGURE_DEFAULTS[kind], classes } as Partial<ProceduralSpec>, kind)).toEqual(pixels({}, kind));
    }
    expect(pixels({ classes: 8 }, 'textures')).toEqual(pixels({}, 'textures'));
  });

  it('draws the first classes only', () => {
    for (const kind of ['textures', 'grey-textures', 'shapes', 'digits'] as const) {
      const two = createTask(spec(kind, { classes: 2 }));
      expect(two.shape.classes).toBe(2);
      expect(new Set(two.train.labels)).toEqual(new Set([0, 1]));
    }
  });

  it('scatters as many discs as it says, and none', () => {
    const changed = (clutter: number, kind: ProceduralSpec['kind']) => {
      const without = pixels({ clutter: 0, rotation: 0 }, kind);
      return pixels({ clutter, rotation: 0 }, kind).filter((value, i) => Math.abs(value - without[i]) > 8).length / without.length;
    };
    for (const kind of ['shapes', 'digits'] as const) {
      expect(changed(0, kind)).toBe(0);
      expect(changed(1, kind)).toBeGreaterThan(0.003);
      expect(changed(8, kind)).toBeGreaterThan(3 * changed(1, kind));
    }
  });

  it('turns and bends figures by what it says', () => {
    for (const kind of ['shapes', 'digits'] as const) {
      expect(pixels({ rotation: 0 }, kind)).not.toEqual(pixels({ rotation: 90 }, kind));
    }
    expect(pixels({ elastic: 0 }, 'digits')).not.toEqual(pixels({ elastic: 0.1 }, 'digits'));
  });
});

it('grey textures have one contrast in every image and channels that are equal', () => {
  const { inputs } = createTask(spec('grey-textures', { noise: 0 })).train;
  expect(inputs.every((value, i) => value === inputs[i - (i % 3)])).toBe(true);
  const sds = Array.from({ length: 400 }, (_, i) => channelStatistics(inputs.slice(i * 768, (i + 1) * 768), 1))
    .map(({ mean: [mean], sd: [sd] }) => {
      expect(mean).toBeCloseTo(0, 4);
      return sd;
    })
    .sort((a, b) => a - b);
  // Only the floor under the standard deviation leaves a difference, in images of hardly any contrast.
  expect(sds[360] / sds[40]).toBeLessThan(1.8);
});

/** Luminance contrast of a class's noiseless preview images, as [image][row][column]. */
function images(kind: ProceduralSpec['kind'], label: number, count = 40): number[][][] {
  const task = createTask(spec(kind, { noise: 0, size: 32, train: 64 * count }));
  const { classes } = task.shape;
  const preview = task.preview(classes * count);
  return Array.from({ length: count }, (_, n) => {
    const tile = n * classes + label;
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
      expect(
        share(label, (image) => {
          const ratio = variation(image, 1, 0) / variation(image, 0, 1);
          return ratio > 0.5 && ratio < 2;
        }),
      ).toBeGreaterThan(0.9);
    }
    const total = (label: number) => images('textures', label).reduce((sum, image) => sum + variation(image, 1, 0), 0);
    expect(total(7)).toBeLessThan(0.5 * total(6));
    expect(total(7)).toBeLessThan(0.5 * total(4));
  });
});

describe('digits look as they are called', () => {
  /** Connected dark regions: the outside, and what lines enclose. */
  const regions = (image: number[][]) => {
    const dark = image.map((row) => row.map((value) => value < 300));
    let count = 0;
    dark.forEach((row, y) =>
      row.forEach((open, x) => {
        if (!open) return;
        let area = 0;
        const todo = [[x, y]];
        while (todo.length > 0) {
          const [i, j] = todo.pop() as number[];
          if (!dark[j]?.[i]) continue;
          dark[j][i] = false;
          area++;
          todo.push([i + 1, j], [i - 1, j], [i, j + 1], [i, j - 1]);
        }
        if (area > 3) count++;
      }),
    );
    return count;
  };
  const median = (label: number) =>
    images('digits', label)
      .map(regions)
      .sort((a, b) => a - b)[20];

  it('with as many holes', () => {
    expect(Array.from({ length: 10 }, (_, label) => median(label) - 1)).toEqual([1, 0, 0, 0, expect.any(Number), 0, 1, 0, 2, 1]);
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
