/** Examples of a split as they are shown. */
import { classNames, tokenNames } from '../../experiment/networks/describe.ts';
import type { TaskPreview } from '../../experiment/contract/previews.ts';
import { showContrast, writeRgba } from './images/pixels.ts';
import type { Split, Task } from './shared/types.ts';

/** The first examples of a split: images in a contrast of their own, since splits hold them standardised. */
export function showSplit({ spec, shape, writing }: Pick<Task, 'spec' | 'shape' | 'writing'>, split: Split, most: number): TaskPreview {
  const count = Math.min(most, split.examples);
  const width = split.inputs.length / split.examples;
  const outputs = split.labels.length / split.examples;
  if (!shape.tokens) {
    const [size, , channels] = shape.input;
    const pixels = new Uint8ClampedArray(count * size * size * 4);
    for (let i = 0; i < count; i++) {
      const image = Float32Array.from(split.inputs.subarray(i * width, (i + 1) * width));
      showContrast(image);
      writeRgba(image, channels, pixels, i * size * size * 4);
    }
    return { kind: 'images', size, count, pixels, labels: Uint8Array.from(split.labels.subarray(0, count)) };
  }
  const names = writing?.tokenNames;
  return {
    kind: 'sequences',
    count,
    length: width,
    tokens: Int32Array.from(split.inputs.subarray(0, count * width)),
    outputs,
    targets: Int32Array.from(split.labels.subarray(0, count * outputs)),
    tokenNames: names ?? tokenNames(spec),
    classNames: names ?? classNames(spec),
    ...(writing && { separator: writing.separator }),
  };
}
