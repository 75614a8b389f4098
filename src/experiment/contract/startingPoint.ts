/** All that a run begins with, as plain data: what it takes to repeat or continue the experiment elsewhere. */
import { weightsOf } from '../plan/guides.ts';
import type { ArmSpec, Experiment } from '../schema/schema.ts';
import type { RunResult } from './result.ts';

/** A network's tensors by the names under which they are kept (`parameter/head.weight`, `mean/norm1`). */
export type NetworkTensors = Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>;

/** Examples one behind the other; see the lab's `Split`. */
export interface Examples {
  examples: number;
  inputs: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  labels: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  groups?: Uint8Array<ArrayBuffer>;
}

export interface StartingPoint {
  /** Initial weights by the name of the start (`startOf`) and seed. */
  targets: { start: string; seed: number; tensors: NetworkTensors }[];
  /** Maps that are trained along with targets, by the same start and seed, `[inputs, outputs]` by their keys (`learntMaps`); of starts that have any. */
  maps: StartingPoint['targets'];
  /** Weights of guides that have a network of ours, but for those that show the weights of another (`weightsShownBy`); one for all seeds where they are trained. */
  guides: { guide: string; seed: number | null; tensors: NetworkTensors }[];
  /** Null where every step draws new examples. */
  train: Examples | null;
  val: Examples;
  /** Of language modelling: the training text, out of which steps take windows. */
  text?: Int32Array<ArrayBuffer>;
  /** The same of other tasks that warm-ups read, in the order of `warmupTasks`. */
  warmups: Pick<StartingPoint, 'train' | 'text'>[];
  /** What the guides score. */
  scores: RunResult['guides'];
  /** Of this page. */
  version: string;
}

/** Name of the initial weights of an arm: most arms share them. */
export const startOf = ({ id, init, start, unusedBias, target }: ArmSpec): string =>
  init === undefined && start === undefined && unusedBias === undefined && target === undefined ? 'target' : `target-${id}`;

/** The guide whose weights a guide shows: its own, or for a control those of the plain guide beside it. */
export function weightsShownBy(experiment: Experiment, id: string): string {
  const spec = experiment.guides[id];
  return spec.state === 'untrained' && spec.control === 'orthogonal' ? id : weightsOf(experiment, id);
}
