/** Fields that come in several places of an experiment, with their limits. */
import { z } from 'zod';

export const int = (min: number, max: number) => z.int().min(min).max(max);
export const real = (min: number, max: number) => z.number().min(min).max(max);

/** Name of a preset, a guide or an arm. */
export const id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits or hyphens, starting with a letter');
/** Name of a layer whose activations are read. */
export const tapName = z.string().min(1).max(40);
export const seed = int(0, 2 ** 31 - 1);
/** A number of steps, or the number of one after the first. */
export const steps = int(1, 100_000);
export const learningRate = real(1e-7, 10);
