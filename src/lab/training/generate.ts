/** Text that language models write, one token at a time: each is chosen from the distribution given the tokens before it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../networks/model.ts';
import { exp } from '../../experiment/course/math.ts';
import { stream } from '../random/stream.ts';

export interface WriteOptions {
  /** Tokens to begin with, the same for every network. */
  prompt: Int32Array;
  /** Tokens to be written. */
  length: number;
  /** Length of the context window. */
  context: number;
  /** Divides the logits of the sampled text. */
  temperature: number;
  /** Chooses the random numbers, together with each member's seed. */
  draw: number;
}

/** Texts per member: a greedy one (always the most likely token) and a sampled one. */
const TEXTS = 2;

/** Index of the largest value. */
function largest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** Sample from softmax(logits / temperature) by inverting its cumulative distribution at `uniform` (0 … 1). */
export function sampleToken(logits: Float32Array, temperature: number, uniform: number): number {
  const top = logits[largest(logits)];
  const weights = Float64Array.from(logits, (value) => exp((value - top) / temperature));
  let rest = uniform * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i];
    if (rest < 0) return i;
  }
  return largest(logits);
}

/** Logits `[members × TEXTS × classes]` at one position of each window. */
function logitsAt(model: Model, windows: Int32Array, context: number, at: number): Promise<Float32Array> {
  const tensor = tf.tidy(() => {
    const members = windows.length / (TEXTS * context);
    const { logits } = model.infer(tf.tensor3d(windows, [members, TEXTS, context], 'int32'));
    const classes = logits.shape[2];
    return tf.slice(tf.reshape(logits, [members, TEXTS, context, classes]), [0, 0, at, 0], [members, TEXTS, 1, classes]);
  });
  return tensor.data<'float32'>().finally(() => tensor.dispose()) as Promise<Float32Array>;
}

/**
 * Let every member of every model continue a prompt. Members with the same seed use the same random numbers. The networks
 * must be causal, since the window is filled up with zeros behind the token asked about.
 * @param models the members of each are all seeds, arm by arm
 * @returns `[models × members × 2 × length]`: the greedy continuation, then a sampled one
 */
export async function generate(models: readonly Model[], seeds: readonly number[], options: WriteOptions): Promise<Int32Array<ArrayBuffer>> {
  const { prompt, length, context, temperature, draw } = options;
  const counts = models.map(({ weights }) => weights.members * TEXTS);
  const firsts = counts.map((_, m) => counts.slice(0, m).reduce((a, b) => a + b, 0));
  const rows = counts.reduce((a, b) => a + b, 0);
  const whole = prompt.length + length;
  const texts = new Int32Array(rows * whole);
  for (let row = 0; row < rows; row++) texts.set(prompt, row * whole);
  for (let at = prompt.length; at < whole; at++) {
    // The window ends with the last token written. As long as the text is shorter than the window, zeros follow it.
    const from = Math.max(0, at - context);
    const windows = new Int32Array(rows * context);
    for (let row = 0; row < rows; row++) windows.set(texts.subarray(row * whole + from, row * whole + at), row * context);
    const uniforms = seeds.map((seed) => stream(seed, 'text', draw, at).uniform());
    const all = await Promise.all(
      models.map((model, m) => logitsAt(model, windows.slice(firsts[m] * context, (firsts[m] + counts[m]) * context), context, at - from - 1)),
    );
    all.forEach((logits, m) => {
      const classes = logits.length / counts[m];
      for (let i = 0; i < counts[m]; i++) {
        const own = logits.subarray(i * classes, (i + 1) * classes);
        texts[(firsts[m] + i) * whole + at] = i % TEXTS === 0 ? largest(own) : sampleToken(own, temperature, uniforms[Math.floor(i / TEXTS) % seeds.length]);
      }
    });
  }
  const written = new Int32Array(rows * length);
  for (let row = 0; row < rows; row++) written.set(texts.subarray(row * whole + prompt.length, (row + 1) * whole), row * length);
  return written;
}
