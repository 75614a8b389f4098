/** What the shelf keeps of a run besides its result: what a list of runs tells, read without reading the results. */
import { z } from 'zod';
import { parseExperiment } from '../experiment/parse.ts';
import type { Experiment } from '../experiment/schema/schema.ts';

/** Raised when older pages could misread what is written. */
export const RECORD_VERSION = 1;

const curve = z.array(z.number().nullable());

const recordSchema = z.object({
  version: z.literal(RECORD_VERSION),
  id: z.string(),
  /** When it came to the shelf, in milliseconds since 1970: what the list is sorted by. */
  keptAt: z.number(),
  /** When the run ended or was stopped (ISO 8601), where its result says so. */
  madeAt: z.string().nullable(),
  /** As a person has called it; null: by what differs from its preset. */
  name: z.string().nullable(),
  pinned: z.boolean(),
  /** As it ran, with the interventions. */
  experiment: z.unknown(),
  /** Steps trained of a run that did not come to its end. */
  stoppedAt: z.number().nullable(),
  /** The kept run (`KeptRun`) that it goes on from, where it was stopped and its checkpoint stayed. */
  checkpoint: z.string().nullable(),
  /** The file that it was read from, where it was not run here. */
  file: z.string().nullable(),
  /** What the verdict began with; null before anything was measured. */
  headline: z.string().nullable(),
  /** Validation metric of the arms at the last evaluation, over the seeds that have one. */
  arms: z.array(z.object({ id: z.string(), name: z.string(), mean: z.number().nullable(), sd: z.number().nullable() })),
  /** The same over the run, at a few of its evaluations: null where no seed has a value. */
  curves: z.object({ steps: z.array(z.number()), arms: z.array(curve) }),
});

export type ShelvedRun = Omit<z.infer<typeof recordSchema>, 'experiment'> & {
  experiment: Experiment;
  /** Only in this page's memory: the browser did not take it. */
  unsaved?: true;
};

/** A record that cannot be shown, and why. */
export interface UnreadableRun {
  id: string;
  why: 'newer' | 'damaged';
}

/** @param value what storage holds under `id`, unchecked */
export function readRecord(id: string, value: unknown): ShelvedRun | UnreadableRun {
  const version = (value as { version?: unknown } | null | undefined)?.version;
  if (typeof version === 'number' && version > RECORD_VERSION) return { id, why: 'newer' };
  const record = recordSchema.safeParse(value);
  const parsed = record.success && record.data.id === id ? parseExperiment(record.data.experiment) : null;
  return record.success && parsed?.ok ? { ...record.data, experiment: parsed.experiment } : { id, why: 'damaged' };
}
