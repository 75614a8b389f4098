/** The address bar holds the experiment: read at start and when it changes, written after every edit. */
import { create } from 'zustand';
import { decodeLink, encodeLink } from '../experiment/link.ts';
import { formatProblem } from '../experiment/schema/problem.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { useExperiment } from './experiment.ts';

/** A link that could not be read; its text is kept so that nothing is lost. */
export interface BrokenLink {
  message: string;
  text: string;
}

export const useLink = create<{ broken: BrokenLink | null; dismiss: () => void }>((set) => ({
  broken: null,
  dismiss: () => set({ broken: null }),
}));

/** Browsers refuse more than about 100 address changes in 30 seconds. */
const WRITE_DELAY_MS = 300;

/** The parts of `window` that are used, so that tests can stand in for it. */
export interface LinkHost {
  location: Pick<Location, 'hash' | 'href'>;
  history: Pick<History, 'replaceState' | 'pushState'>;
  addEventListener: (type: 'hashchange' | 'popstate' | 'pagehide', listener: () => void) => void;
  removeEventListener: (type: 'hashchange' | 'popstate' | 'pagehide', listener: () => void) => void;
}

/** The whole address of an experiment. */
export const linkTo = (experiment: Experiment, href: string = location.href): string => `${href.split('#')[0]}#${encodeLink(experiment)}`;

function read(host: LinkHost): void {
  const parsed = decodeLink(host.location.hash);
  if (parsed.ok) {
    useLink.setState({ broken: null });
    useExperiment.getState().replace(parsed.experiment);
  } else {
    // The experiment at hand stays; the broken address stays too, until an edit replaces it.
    const message = parsed.problems.map(formatProblem).join('; ');
    useLink.setState({ broken: { message, text: host.location.href } });
  }
}

/** Write an edit that still waits. */
let settle = (): void => {};

/** The address is about to change to another place: what was edited here belongs to this one. */
export const settleLink = (): void => settle();

/**
 * Read the address now and keep the two in step: an edit takes the place of what stands there, another preset is a step
 * that Back takes back. @returns a function that stops it
 */
export function syncLink(host: LinkHost = window): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What was last read or written. */
  let known = host.location.hash;
  const write = (how: 'replaceState' | 'pushState' = 'replaceState', experiment = useExperiment.getState().experiment) => {
    clearTimeout(timer);
    timer = undefined;
    host.history[how](null, '', linkTo(experiment, host.location.href));
    known = host.location.hash;
  };
  const flush = () => {
    if (timer !== undefined) write();
  };
  settle = flush;
  let reading = false;
  const onHashChange = () => {
    clearTimeout(timer);
    timer = undefined;
    known = host.location.hash;
    reading = true;
    read(host);
    reading = false;
  };
  // A step in the history that changes more than the hash is no change of the hash to every browser; one that does not
  // change it at all leaves an edit that is not yet written alone.
  const onPopState = () => {
    if (host.location.hash !== known) onHashChange();
  };
  read(host);
  // What the page opened with is the beginning: there is nothing before it to go back to.
  useExperiment.setState({ past: [] });
  const unsubscribe = useExperiment.subscribe((state, before) => {
    const { experiment } = state;
    if (experiment === before.experiment) return;
    if (!reading && experiment.preset !== before.experiment.preset && host.location.hash !== `#${encodeLink(experiment)}`) {
      // An edit of what was there before belongs to the step before.
      if (timer !== undefined) write('replaceState', before.experiment);
      write('pushState');
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => write(), WRITE_DELAY_MS);
  });
  host.addEventListener('popstate', onPopState);
  host.addEventListener('hashchange', onHashChange);
  host.addEventListener('pagehide', flush);
  return () => {
    flush();
    settle = () => {};
    unsubscribe();
    host.removeEventListener('popstate', onPopState);
    host.removeEventListener('hashchange', onHashChange);
    host.removeEventListener('pagehide', flush);
  };
}
