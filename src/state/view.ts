/** Which view of the page is open: `?view=` in the address, beside the experiment behind `#`. The Lab needs no word. */
import { create } from 'zustand';

export const VIEWS = ['lab', 'paper'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_NAMES: Readonly<Record<View, string>> = { lab: 'Lab', paper: 'Paper' };

/** A view, and where in it. */
export interface Place {
  view: View;
  /** Of the Paper view: the claim that the address points at. */
  claim: string | null;
}

/** The parts of `window` that are used, so that tests can stand in for it. */
export interface ViewHost {
  location: Pick<Location, 'href' | 'search' | 'replace'>;
  history: Pick<History, 'pushState'>;
  scrollTo?: (x: number, y: number) => void;
  addEventListener: (type: 'popstate', listener: () => void) => void;
  removeEventListener: (type: 'popstate', listener: () => void) => void;
}

/** @param search the part of an address from `?` to `#`; a view that does not exist is the Lab */
export function placeIn(search: string): Place {
  const words = new URLSearchParams(search);
  const view = VIEWS.find((name) => name === words.get('view')) ?? 'lab';
  return { view, claim: view === 'paper' ? words.get('claim') : null };
}

/** The address of a place: of what stands there now only view and claim change, or also the experiment where a link is given. */
export function addressOf({ view, claim }: Place, href: string = location.href, link?: string): string {
  const address = new URL(href);
  address.searchParams.delete('view');
  address.searchParams.delete('claim');
  if (view !== 'lab') address.searchParams.set('view', view);
  if (claim !== null) address.searchParams.set('claim', claim);
  if (link !== undefined) address.hash = link;
  return address.href;
}

export const useView = create<Place>(() => ({ view: 'lab', claim: null }));

/** Go there; Back leads back. */
export function goTo(place: Place, host: ViewHost = window): void {
  host.history.pushState(null, '', addressOf(place, host.location.href));
  useView.setState(place);
  // Another view begins at its top; Back finds the old place again.
  if (place.claim === null) host.scrollTo?.(0, 0);
}

/** Open an experiment in the Lab, by the part of its link behind `#`. */
export function openInLab(link: string, host: ViewHost = window): void {
  goTo({ view: 'lab', claim: null }, host);
  // Of the same step in the history; whoever reads links hears of it.
  host.location.replace(`#${link}`);
}

/** Read the address now, and whenever Back or Forward change it. @returns a function that stops it */
export function syncView(host: ViewHost = window): () => void {
  const read = () => useView.setState(placeIn(host.location.search));
  read();
  host.addEventListener('popstate', read);
  return () => host.removeEventListener('popstate', read);
}
