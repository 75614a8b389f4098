/**
 * How the page stands: as it is for one person, as a projector shows it to a room (`?present`, the key P), or inside the
 * frame of another page (`?embed`), where parts can be left out (`&hide=verdict,layers`). Parts carry their name as
 * `data-part`; which of them are shown is a matter of style (`ui/present/present.css`).
 */
import { create } from 'zustand';

/** What can be named behind `hide=`, and what it is called on the page. */
export const PART_NAMES = {
  question: 'Question',
  picture: 'Picture of the experiment',
  task: 'Task',
  arms: 'Arms',
  training: 'Training settings',
  run: 'Run bar',
  verdict: 'Verdict',
  accuracy: 'Validation curve',
  similarity: 'Similarity',
  loss: 'Loss',
  layers: 'Layers',
  table: 'Table of results',
  samples: 'Samples',
  header: 'Line at the top',
} as const;

export type PartName = keyof typeof PART_NAMES;
export const PARTS = Object.keys(PART_NAMES) as PartName[];

export interface Stage {
  presenting: boolean;
  embedded: boolean;
  /** Parts that are not to be seen; only where the page is embedded. */
  hidden: readonly PartName[];
}

export const useStage = create<Stage>(() => ({ presenting: false, embedded: false, hidden: [] }));

/** The parts of `window` that are used, so that tests can stand in for it. */
export interface StageHost {
  location: Pick<Location, 'href' | 'search'>;
  history: Pick<History, 'replaceState'>;
  /** The page's outermost element, which style sheets ask. */
  root: { toggleAttribute: (name: string, on: boolean) => void; setAttribute: (name: string, value: string) => void };
}

const isPart = (name: string): name is PartName => Object.hasOwn(PART_NAMES, name);

/**
 * What an address says of it.
 * @param search the part of an address from `?` to `#`
 * @returns also the names behind `hide=` that are none of ours
 */
export function stageIn(search: string): { stage: Stage; unknown: string[] } {
  const words = new URLSearchParams(search);
  const embedded = words.has('embed');
  const named = words
    .getAll('hide')
    .flatMap((list) => list.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const hidden = embedded ? PARTS.filter((part) => named.includes(part)) : [];
  return { stage: { presenting: words.has('present'), embedded, hidden }, unknown: named.filter((name) => !isPart(name)) };
}

/** An address with these words in the place of what it says of presenting and embedding; the rest of it stays. */
export function addressFor({ presenting, embedded, hidden }: Stage, href: string = location.href): string {
  const [before, ...hash] = href.split('#');
  const [page, search = ''] = before.split('?', 2);
  const others = search.split('&').filter((word) => word !== '' && !/^(present|embed|hide)(=|$)/.test(word));
  // Written out here: the browser would give the words a "=" and the commas a "%2C".
  const words = [...others, ...(presenting ? ['present'] : []), ...(embedded ? ['embed'] : []), ...(hidden.length > 0 ? [`hide=${hidden.join(',')}`] : [])];
  return [words.length > 0 ? `${page}?${words.join('&')}` : page, ...hash].join('#');
}

/** Begin or end presenting; a reload stays there. */
export function present(presenting: boolean, host: Pick<StageHost, 'location' | 'history'> = window): void {
  const stage = { ...useStage.getState(), presenting };
  host.history.replaceState(null, '', addressFor(stage, host.location.href));
  useStage.setState(stage);
}

const pageHost = (): StageHost => ({ location: window.location, history: window.history, root: document.documentElement });

/** Read the address and tell style sheets, now and whenever it changes. @returns a function that stops it */
export function syncStage(host: StageHost = pageHost()): () => void {
  const { stage, unknown } = stageIn(host.location.search);
  // For whoever writes the address; whoever reads the page can do nothing about it.
  if (unknown.length > 0) console.warn(`hide= names parts that do not exist: ${unknown.join(', ')}. There are: ${PARTS.join(', ')}`);
  const tell = ({ presenting, embedded, hidden }: Stage) => {
    host.root.toggleAttribute('data-present', presenting);
    host.root.toggleAttribute('data-embed', embedded);
    host.root.setAttribute('data-hide', hidden.join(' '));
  };
  const unsubscribe = useStage.subscribe(tell);
  useStage.setState(stage);
  return unsubscribe;
}
