import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { TaskPreview as Preview } from '@/experiment/contract/previews.ts';
import { type NamedAsset, taskAsset } from '@/experiment/plan/assetRefs.ts';
import { isImageTask, type TaskSpec } from '@/experiment/schema/schema.ts';
import { useAssets } from '@/state/assets.ts';
import { loadAssets } from '@/state/files.ts';
import { session } from '@/state/session.ts';
import { FilesNeeded } from '@/ui/files/FilesNeeded.tsx';
import { Sequences } from './Sequences.tsx';
import { THUMBNAILS, Thumbnails } from './Thumbnails.tsx';

/** While a number is being typed, examples of the numbers in between are not wanted. */
const TYPING_MS = 300;

interface Drawn {
  task: TaskSpec;
  preview: Preview | null;
}

/** The files of a task that are not here; null when there is none, 'unknown' while the list of files is on its way. */
function useNeeded(task: TaskSpec): NamedAsset | 'unknown' | null {
  const assets = useAssets((state) => state.assets);
  const named = taskAsset(task);
  const ref = named?.ref;
  useEffect(() => {
    if (ref) void loadAssets();
  }, [ref]);
  if (named === null || assets?.some(({ hash }) => hash === named.ref.hash)) return null;
  return named.ref.hash === undefined || assets ? named : 'unknown';
}

/** The first training examples of the task. What is shown stays until the next is there, if it is of the same task: textures must not stand for shapes. */
export function TaskPreview({ task }: { task: TaskSpec }) {
  const [settled] = useDebouncedValue(task, TYPING_MS);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const needed = useNeeded(settled);
  useEffect(() => {
    let wanted = true;
    if (needed !== null) return;
    void session.preview(settled, THUMBNAILS).then((preview) => {
      if (wanted) setDrawn({ task: settled, preview });
    });
    return () => {
      wanted = false;
    };
  }, [settled, needed]);
  const preview = drawn?.preview ?? null;
  if (needed && needed !== 'unknown') return <FilesNeeded needed={needed} />;
  // Written in the names of the task that they were drawn from.
  if (isImageTask(task)) {
    const shown =
      drawn && drawn.task.kind === task.kind && isImageTask(drawn.task) && preview && preview.kind !== 'sequences' ? { of: drawn.task, preview } : null;
    return <Thumbnails task={shown?.of ?? task} preview={shown?.preview ?? null} />;
  }
  const shown = drawn && drawn.task.kind === task.kind && !isImageTask(drawn.task) && preview?.kind === 'sequences' ? { of: drawn.task, preview } : null;
  return <Sequences task={shown?.of ?? task} preview={shown?.preview ?? null} />;
}
