/** Similarities of two layers' activations, with their options. What each computes: docs/method.md. */
import { z } from 'zod';
import { int, real } from './fields.ts';
import { MEASURE_OPTIONS } from './measureOptions.ts';

const option = (name: keyof typeof MEASURE_OPTIONS, kind: typeof real | typeof int = real) => {
  const [least, most] = MEASURE_OPTIONS[name].range;
  return kind(least, most).optional();
};
const plain = <N extends string>(name: N) => z.strictObject({ name: z.literal(name) });

/** Measures whose 1 − value can be minimised. What an option that is left out stands for: `measureOptions.ts`. */
const losses = [
  plain('cka'),
  plain('cka-debiased'),
  /** CKA of Gaussian kernels; `bandwidth` times the median distance. */
  z.strictObject({ name: z.literal('rbf-cka'), bandwidth: option('rbf-cka') }),
  plain('rsa'),
  plain('rsa-correlation'),
  plain('rsa-euclidean'),
  /** `ridge` relative to the mean diagonal of the fitting half's Gram matrix. */
  z.strictObject({ name: z.literal('ridge'), ridge: option('ridge') }),
  plain('procrustes'),
  /** `ridge` relative to the mean diagonal of each Gram matrix. */
  z.strictObject({ name: z.literal('cca'), ridge: option('cca') }),
  plain('sp'),
  plain('rkd'),
  /** `temperature` of the softmax over neighbours, relative to the mean distance. */
  z.strictObject({ name: z.literal('soft-knn'), temperature: option('soft-knn') }),
  plain('fitnets'),
] as const;

/** Measures that are only looked at. */
const observed = [
  /** Share in common of the `neighbours` nearest. */
  z.strictObject({ name: z.literal('mutual-knn'), neighbours: option('mutual-knn', int) }),
  /** Components up to the share `variance` of the variance. */
  z.strictObject({ name: z.literal('svcca'), variance: option('svcca') }),
  plain('rsa-spearman'),
  /** The paper's: `ridge` as an absolute number, which depends on the scale of the activations. */
  z.strictObject({ name: z.literal('ridge-absolute'), ridge: option('ridge-absolute').unwrap() }),
] as const;

export const measureSchema = z.discriminatedUnion('name', losses);
export const observedMeasureSchema = z.discriminatedUnion('name', [...losses, ...observed]);

export type MeasureSpec = z.infer<typeof measureSchema>;
/** One that can be looked at; not every one can be minimised. */
export type ObservedSpec = z.infer<typeof observedMeasureSchema>;
export type MeasureName = MeasureSpec['name'];
