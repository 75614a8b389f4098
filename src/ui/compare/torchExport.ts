/** The experiment as a folder for PyTorch; fetched when it is asked for. */
import { torchFiles } from '@/export/torch/files.ts';
import { refusedByTorch } from '@/export/torch/refused.ts';
import { zipped } from '@/export/zip.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { session } from '@/state/session.ts';

/** @returns a ZIP, or sentences on why there is none */
export async function torchZip(experiment: Experiment, name: string): Promise<Blob | string[]> {
  const refused = refusedByTorch(experiment);
  if (refused.length > 0) return refused;
  return zipped(torchFiles(experiment, await session.startingPoint(experiment)), name);
}
