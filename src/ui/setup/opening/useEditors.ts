import { useState } from 'react';
import { notify } from '@/ui/notify.ts';

export type Editors = typeof import('../editors/index.ts');

let loaded: Editors | null = null;

/** Editors are not needed for the first paint: they are fetched when the page is idle, at the latest when one opens. */
export async function loadEditors(): Promise<Editors> {
  loaded ??= await import('../editors/index.ts');
  return loaded;
}

/** @returns the editors once they are there, and what does something as soon as they are */
export function useEditors(): { editors: Editors | null; withEditors: (then: () => void) => void } {
  const [editors, setEditors] = useState(loaded);
  const withEditors = (then: () => void) => {
    if (loaded) {
      setEditors(loaded);
      then();
      return;
    }
    loadEditors().then(
      (now) => {
        setEditors(now);
        then();
      },
      () =>
        notify('editors', {
          color: 'red',
          title: 'The editors could not be fetched',
          message: 'Reload the page once the network is there; the experiment is in its address.',
        }),
    );
  };
  return { editors, withEditors };
}
