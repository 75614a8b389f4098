import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { type ComponentType, useEffect, useState } from 'react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { editWords } from '@/state/editWords.ts';
import { useExperiment } from '@/state/experiment.ts';
import { OWN_UNDO, undoKey } from './undoKeys.ts';

type Way = 'undo' | 'redo';

const WAYS: Readonly<Record<Way, { name: string; keys: string; done: string; Icon: ComponentType<{ size: number }> }>> = {
  undo: { name: 'Undo', keys: 'Ctrl+Z', done: 'Undone', Icon: IconArrowBackUp },
  redo: { name: 'Redo', keys: 'Ctrl+Shift+Z', done: 'Made again', Icon: IconArrowForwardUp },
};

/** The experiment that a step in that way leads to. */
const ahead = (way: Way): Experiment | undefined => useExperiment.getState()[way === 'undo' ? 'past' : 'future'].at(-1);

/** What a dialog lies over is not edited behind it. */
const isCovered = (): boolean => document.querySelector('[aria-modal="true"]') !== null;

/** Take edits back and make them again, by button and by key; what was done is told to those who do not see it. */
export function UndoButtons() {
  const experiment = useExperiment((state) => state.experiment);
  const possible = { undo: useExperiment((state) => state.past.length > 0), redo: useExperiment((state) => state.future.length > 0) };
  const [told, setTold] = useState('');

  const go = (way: Way) => {
    const next = ahead(way);
    if (!next) return;
    setTold(`${WAYS[way].done}: ${editWords(useExperiment.getState().experiment, next)}.`);
    useExperiment.getState()[way]();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const way = undoKey(event);
      if (way === null || event.defaultPrevented || isCovered()) return;
      if (event.target instanceof Element && event.target.closest(OWN_UNDO)) return;
      // Ctrl+Y would open the browser's history.
      event.preventDefault();
      go(way);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  const button = (way: Way) => {
    const { name, keys, Icon } = WAYS[way];
    const next = ahead(way);
    const what = next && editWords(experiment, next);
    return (
      <Tooltip label={what === undefined ? `Nothing to ${way}.` : `${name}: ${what}. Key: ${keys}.`}>
        {/* Not `disabled`: the last undo would take the keyboard's focus away. */}
        <ActionIcon
          size="sm"
          aria-label={what === undefined ? name : `${name}: ${what}`}
          data-testid={way}
          data-tool
          data-disabled={!possible[way] || undefined}
          aria-disabled={!possible[way] || undefined}
          onClick={() => go(way)}
        >
          <Icon size={15} />
        </ActionIcon>
      </Tooltip>
    );
  };
  return (
    <>
      {(possible.undo || possible.redo) && (
        <>
          {button('undo')}
          {button('redo')}
        </>
      )}
      <VisuallyHidden component="span" role="status" data-testid="undo-told">
        {told}
      </VisuallyHidden>
    </>
  );
}
