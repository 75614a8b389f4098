import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { TaskPreview as Preview } from '@/experiment/events.ts';
import { isImageTask, type TaskSpec } from '@/experiment/schema.ts';
import { session } from '@/state/session.ts';
import { Sequences } from './Sequences.tsx';
import { THUMBNAILS, Thumbnails } from './Thumbnails.tsx';

/** While a number is being typed, examples of the numbers in between are not wanted. */
const TYPING_MS = 300;

interface Drawn {
  task: TaskSpec;
  preview: Preview | null;
}

/** The first training examples of the task. What is shown stays until the next is there, if it is of the same kind. */
export function TaskPreview({ task }: { task: TaskSpec }) {
  const [settled] = useDebouncedValue(task, TYPING_MS);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  useEffect(() => {
    let wanted = true;
    void session.preview(settled, THUMBNAILS).then((preview) => {
      if (wanted) setDrawn({ task: settled, preview });
    });
    return () => {
      wanted = false;
    };
  }, [settled]);
  const preview = drawn?.preview ?? null;
  if (isImageTask(task)) {
    return <Thumbnails task={task} preview={preview && preview.kind !== 'sequences' ? preview : null} />;
  }
  // Written in the names of the task that they were drawn from.
  const shown = drawn && !isImageTask(drawn.task) && preview?.kind === 'sequences' ? { of: drawn.task, preview } : null;
  return <Sequences task={shown?.of ?? task} preview={shown?.preview ?? null} />;
}
