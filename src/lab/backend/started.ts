import type { Kernels } from './kernels/types.ts';
import type { Stepper } from '../backend/steps.ts';

/** A backend that runs, before it has been checked. */
export interface Started {
  kernels: Kernels;
  /** How steps are taken where that is not one by one; see `ChosenBackend`. */
  stepper?: (replay: boolean) => Stepper;
  adapter: string;
  threads: number;
  software: boolean;
  /** Resolves when the device is lost; never for CPU backends. */
  lost: Promise<string>;
  /** Names the device in the cache of self-checks. */
  fingerprint: string;
}
