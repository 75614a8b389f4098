/** Similarities of two layers' activations, with their options. What each computes: docs/method.md. */
import { z } from 'zod';
import { int, real } from './fields.ts';
import { MEASURE_OPTIONS } from './measureOptions.ts';

const option = (name: keyof typeof MEASURE_OPTIONS) => {
  const [least, most] = MEASURE_OPTIONS[name].range;
  return real(least, most).optional();
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
  /** Share in common of the `neighbours` (10) nearest. */
  z.strictObject({ name: z.literal('mutual-knn'), neighbours: int(1, 255).optional() }),
  /** Components up to the share `variance` (0.99) of the variance. */
  z.strictObject({ name: z.literal('svcca'), variance: real(0.5, 1).optional() }),
  plain('rsa-spearman'),
  /** The paper's: `ridge` as an absolute number, which depends on the scale of the activations. */
  z.strictObject({ name: z.literal('ridge-absolute'), ridge: real(1e-6, 1e6) }),
] as const;

export const measureSchema = z.discriminatedUnion('name', losses);
export const observedMeasureSchema = z.discriminatedUnion('name', [...losses, ...observed]);

export type MeasureSpec = z.infer<typeof measureSchema>;
export type MeasureName = MeasureSpec['name'];
