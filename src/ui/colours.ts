/**
 * One colour per arm id, the same in the picture, the curves, the table and the verdict. The values live in
 * `theme.css` as CSS variables, so that light and dark need no code.
 */

/** Ids with a meaning of their own keep their colour in every experiment. */
const OWN_COLOUR = new Set(['unguided', 'guided', 'guided-untrained', 'distilled']);

/** Number of `--arm-extra-<n>` variables in `theme.css`; with the four above, enough for the largest experiment. */
export const EXTRA_COLOURS = 8;

/** Slots in use, first come first served: an id keeps its slot until it is gone from the page and another needs the slot. */
const slots = new Map<string, number>();
let onPage: ReadonlySet<string> = new Set();

/** Arms that are on the page from now on: no two of them have one colour while there are enough. */
export function keepColoursOf(ids: Iterable<string>): void {
  onPage = new Set(ids);
}

/** Arms of the presets with colours far from each other's and from the four above. */
const PREFERRED: Record<string, number> = { 'unguided-good-init': 0, 'distilled-untrained': 1, 'guided-then-off': 3, 'guided-he': 1, 'unguided-he': 4 };

function preferredSlot(id: string): number {
  if (Object.hasOwn(PREFERRED, id)) return PREFERRED[id];
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash % EXTRA_COLOURS;
}

function slotOf(id: string): number {
  const known = slots.get(id);
  if (known !== undefined) return known;
  if (slots.size >= EXTRA_COLOURS) for (const other of [...slots.keys()]) if (!onPage.has(other)) slots.delete(other);
  const taken = new Set(slots.values());
  let slot = preferredSlot(id);
  for (let i = 0; i < EXTRA_COLOURS && taken.has(slot); i++) slot = (slot + 1) % EXTRA_COLOURS;
  slots.set(id, slot);
  return slot;
}

/** The CSS colour of an arm, e.g. `var(--arm-guided)`. */
export const armColour = (armId: string): string => (OWN_COLOUR.has(armId) ? `var(--arm-${armId})` : `var(--arm-extra-${slotOf(armId)})`);

/** Steps of the ramp: 0, 0.01, … 1. */
export const RAMP_LEVELS = 101;

/** The step of the ramp that a similarity has. */
export const rampLevel = (similarity: number): number => Math.round((RAMP_LEVELS - 1) * Math.min(1, Math.max(0, similarity)));

/** From the low end of the ramp (0) to its high end (1); null (not measured, or a collapsed layer) is the line colour. */
export function similarityColour(similarity: number | null): string {
  if (similarity === null || !Number.isFinite(similarity)) return 'var(--line)';
  return `color-mix(in oklab, var(--ramp-high) ${rampLevel(similarity)}%, var(--ramp-low))`;
}
