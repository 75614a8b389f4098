/**
 * Compare values and gradients of the kernels in use with the CPU reference, on the person's own device: drivers and
 * browsers do miscompute. Takes a second or two, once per device and version.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, Environment } from '../../experiment/contract/environment.ts';
import { CHECK_CASES } from './checkCases.ts';
import type { Started } from '../backend/started.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { recall, remember } from '../kept/storage.ts';

/** Largest error, relative to the largest value of a kernel's result, that rounding and fused arithmetic can explain. */
export const TOLERANCE = 2e-3;

type Values = Record<string, Float32Array>;
type Cases = Readonly<Record<string, (kernels: Kernels) => Record<string, tf.Tensor>>>;

/** Run every case on the current backend. */
async function runCases(kernels: Kernels, cases: Cases): Promise<Values> {
  const values: Values = {};
  for (const [name, run] of Object.entries(cases)) {
    const tensors = tf.tidy(() => run(kernels));
    for (const [output, tensor] of Object.entries(tensors)) {
      values[`${name}: ${output}`] = new Float32Array(await tensor.data());
      tensor.dispose();
    }
  }
  return values;
}

/** Largest |a − b| relative to the largest |b| (or 1e-6). NaN when a value is not finite. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  let scale = 1e-6;
  let error = 0;
  for (const value of expected) scale = Math.max(scale, Math.abs(value));
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(difference)) return Number.NaN;
    error = Math.max(error, difference);
  }
  return error / scale;
}

/** Errors of every case on the backend that is running now, against the CPU. Leaves that backend selected. */
export async function compareWithCpu(kernels: Kernels, cases: Cases = CHECK_CASES): Promise<Record<string, number>> {
  const backend = tf.getBackend();
  const actual = await runCases(kernels, cases);
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  try {
    const expected = await runCases(composed, cases);
    return Object.fromEntries(Object.entries(expected).map(([name, values]) => [name, relativeError(actual[name], values)]));
  } finally {
    await tf.setBackend(backend);
  }
}

type Checked = Pick<Environment['selfCheck'], 'worstError' | 'worstKernel' | 'seconds'>;
/** What was checked since the program was loaded: a lab that is opened again need not wait where nothing can be stored. */
const checked = new Map<string, Checked>();

/** The self-check of a started backend, or its remembered outcome if this device was checked before. */
export async function checkKernels(backend: BackendName, started: Started): Promise<Omit<Environment['selfCheck'], 'passed'>> {
  if (backend === 'cpu') return { worstError: 0, worstKernel: 'reference', seconds: 0, cached: false };
  const key = `self-check/${__APP_VERSION__}/${started.fingerprint}/${globalThis.navigator?.userAgent}`;
  const known = checked.get(key) ?? (await recall<Checked>(key));
  if (known) return { ...known, cached: true };
  const start = performance.now();
  const errors = Object.entries(await compareWithCpu(started.kernels));
  const [worstKernel, worstError] = errors.reduce((a, b) => (Number.isNaN(a[1]) || a[1] >= b[1] ? a : b));
  const result: Checked = { worstError, worstKernel, seconds: (performance.now() - start) / 1000 };
  // A failure is not remembered: it may have had a cause that passes.
  if (result.worstError <= TOLERANCE) {
    checked.set(key, result);
    await remember(key, result);
  }
  return { ...result, cached: false };
}
