/**
 * Which view of the page is open, and where in it: `?view=` in the address, beside the experiment behind `#`. The Lab
 * needs no word. A change of view is a step that Back takes back.
 */
import { create } from 'zustand';
import { settleLink } from './link.ts';

export const VIEWS = ['lab', 'notebook', 'paper', 'learn'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_NAMES: Readonly<Record<View, string>> = { lab: 'Lab', notebook: 'Notebook', paper: 'Paper', learn: 'Learn' };

/** What the address says of the Paper view. */
const PAPER_WORDS = ['claim', 'task', 'verdict'] as const;
type PaperWord = (typeof PAPER_WORDS)[number];

/** A view, and where in it: of the Paper view the claim that is pointed at, and by what the claims are filtered. */
export type Place = { view: View } & Partial<Record<PaperWord, string>>;

/** The parts of `window` that are used, so that tests can stand in for it. */
export interface ViewHost {
  location: Pick<Location, 'href' | 'search'>;
  history: Pick<History, 'pushState' | 'replaceState'>;
  scrollTo?: (x: number, y: number) => void;
  addEventListener: (type: 'popstate', listener: () => void) => void;
  removeEventListener: (type: 'popstate', listener: () => void) => void;
  dispatchEvent?: (event: Event) => boolean;
}

/** @param search the part of an address from `?` to `#` */
export function placeIn(search: string): Place {
  const words = new URLSearchParams(search);
  const view = VIEWS.find((name) => name === words.get('view')) ?? 'lab';
  if (view !== 'paper') return { view };
  return { view, ...Object.fromEntries(PAPER_WORDS.flatMap((word) => (words.has(word) ? [[word, words.get(word)]] : []))) };
}

/** What is wrong with an address, in a sentence; null when there is such a view. */
export function complaintOf(search: string): string | null {
  const wanted = new URLSearchParams(search).get('view');
  if (wanted === null || VIEWS.some((name) => name === wanted)) return null;
  return `The address asks for a view “${wanted.slice(0, 40)}”, which this page does not have: this is the Lab.`;
}

/** The address of a place: of what stands there now only the view changes, or also the experiment where a link is given. */
export function addressOf(place: Place, href: string = location.href, link?: string): string {
  const address = new URL(href);
  for (const word of ['view', ...PAPER_WORDS] as const) {
    address.searchParams.delete(word);
    const value = place[word];
    if (value !== undefined && !(word === 'view' && value === 'lab')) address.searchParams.set(word, value);
  }
  if (link !== undefined) address.hash = link;
  return address.href;
}

interface ViewState {
  view: View;
  place: Place;
  /** What is wrong with the address that the page was opened with, in a sentence. */
  complaint: string | null;
}

export const useView = create<ViewState>(() => ({ view: 'lab', place: { view: 'lab' }, complaint: null }));

const show = (place: Place, complaint: string | null = null): void => useView.setState({ view: place.view, place, complaint });

/** Go there; Back leads back. @param link the part behind `#` of the experiment that is to be opened there */
export function goTo(place: Place, { link, host = window }: { link?: string; host?: ViewHost } = {}): void {
  settleLink();
  host.history.pushState(null, '', addressOf(place, host.location.href, link));
  show(place);
  // Whoever reads links hears of it as of a step in the history.
  if (link !== undefined) host.dispatchEvent?.(new PopStateEvent('popstate'));
  // Another view begins at its top; Back finds the old place again.
  if (place.claim === undefined) host.scrollTo?.(0, 0);
}

/** Say more exactly where in the view one is: no step in the history. */
export function refine(place: Place, host: ViewHost = window): void {
  settleLink();
  host.history.replaceState(null, '', addressOf(place, host.location.href));
  show(place);
}

/** Read the address now, and whenever Back or Forward change it. @returns a function that stops it */
export function syncView(host: ViewHost = window): () => void {
  const read = () => show(placeIn(host.location.search), complaintOf(host.location.search));
  read();
  host.addEventListener('popstate', read);
  return () => host.removeEventListener('popstate', read);
}
