/** What the description of a network consists of. */

/** A place whose activations can be read. */
export interface TapDescription {
  /** Stable name used in mappings, e.g. `block2.conv1`. */
  name: string;
  /** Short words for people, e.g. "block 2, conv 1". */
  label: string;
  /** Activation shape of one example. */
  shape: number[];
  /** Product of `shape`. */
  features: number;
  /** Named mappings (even, last, …) use these taps where a network has any, and all taps otherwise. */
  primary?: boolean;
}

export interface NetworkDescription {
  /** e.g. "3×384 FCN" */
  title: string;
  taps: TapDescription[];
  /** Trainable parameters. */
  parameters: number;
  /** Floating-point operations (2 per multiply-add) of one forward pass of one example. */
  flops: number;
  /** Float32 activations kept per example for the backward pass. */
  activations: number;
  /** All weighted layers including the head, for the picture. */
  layers: number;
}

export const product = (xs: readonly number[]): number => xs.reduce((a, b) => a * b, 1);
export const tap = (name: string, label: string, shape: number[]): TapDescription => ({ name, label, shape, features: product(shape) });
