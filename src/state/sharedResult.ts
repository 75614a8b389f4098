/** A link that carries a result opens with it on screen, as a result file does. Nothing of it is run. */
import { create } from 'zustand';
import { carriesResult } from '../experiment/linkText.ts';
import { useExperiment } from './experiment.ts';
import { useLink } from './link.ts';
import { session } from './session.ts';

/** What stands in the place of a file's name. */
export const FROM_LINK = 'a link';

/** Why the result in a link is not on screen, in a sentence; null where there is nothing to tell. */
export const useSharedResult = create<{ refused: string | null; dismiss: () => void }>((set) => ({
  refused: null,
  dismiss: () => set({ refused: null }),
}));

/** The parts of `window` that are used, so that tests can stand in for it. */
export interface ResultHost {
  location: Pick<Location, 'hash'>;
  addEventListener: (type: 'hashchange', listener: () => void) => void;
  removeEventListener: (type: 'hashchange', listener: () => void) => void;
}

/** Show the result that the address carries, if it does. The experiment of the same address is there already. */
export async function openSharedResult(hash: string): Promise<void> {
  useSharedResult.setState({ refused: null });
  // Most links have none: what reads it is fetched for those that do. An address that is no link is told of as such.
  if (!carriesResult(hash) || useLink.getState().broken) return;
  const { experiment } = useExperiment.getState();
  const { decodeResultLink } = await import('../experiment/contract/resultLink.ts');
  const read = await decodeResultLink(hash, experiment);
  // Edited or opened anew in the meantime: that is what the person looks at now.
  if (useExperiment.getState().experiment !== experiment) return;
  if (read.ok) await session.show(experiment, read.events, { loadedFrom: FROM_LINK });
  else useSharedResult.setState({ refused: `The link was to carry a result, and ${read.message}. The experiment in it is here: press Run to run it.` });
}

/** Read the address now, and whenever it changes. @returns a function that stops it */
export function syncSharedResult(host: ResultHost = window): () => void {
  const read = () => void openSharedResult(host.location.hash);
  read();
  host.addEventListener('hashchange', read);
  return () => host.removeEventListener('hashchange', read);
}
