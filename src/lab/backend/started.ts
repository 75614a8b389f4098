import type { Kernels } from './kernels/types.ts';
import type { Stepper } from '../backend/steps.ts';

/** A backend that was started and has not been checked yet. */
export interface Started {
  kernels: Kernels;
  /** Makes the stepper of this backend (see `ChosenBackend.stepper`). Absent: steps are run one by one. */
  stepper?: (replay: boolean) => Stepper;
  adapter: string;
  threads: number;
  software: boolean;
  /** Resolves when the device is lost; never for CPU backends. */
  lost: Promise<string>;
  /** Identifies the device: self-checks that passed are remembered under it. */
  fingerprint: string;
}
