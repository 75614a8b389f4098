/** Labels at the ends of lines: moved apart where they would overlap, as little as possible, in order of value. */

export interface Placed {
  /** Where the line ends. */
  y: number;
  /** Where its label goes. */
  at: number;
}

/**
 * Positions at least `gap` apart and inside `[top, bottom]` that are as near as possible to where they belong
 * (least squares: blocks of colliding labels share the mean of what each of them wants).
 */
export function spreadLabels(ys: readonly number[], gap: number, top: number, bottom: number): Placed[] {
  const order = ys.map((_, i) => i).sort((a, b) => ys[a] - ys[b] || a - b);
  const room = bottom - top;
  // More labels than fit: let them stand closer rather than leave the chart.
  const distance = ys.length > 1 ? Math.min(gap, room / (ys.length - 1)) : gap;
  // In coordinates from which the gaps are subtracted, "at least gap apart" is "not decreasing".
  const blocks: { sum: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let block = { sum: ys[index] - rank * distance, count: 1 };
    while (blocks.length > 0) {
      const last = blocks[blocks.length - 1];
      if (last.sum / last.count <= block.sum / block.count) break;
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count };
    }
    blocks.push(block);
  });
  const placed: Placed[] = new Array(ys.length);
  const lowest = bottom - (ys.length - 1) * distance;
  let rank = 0;
  for (const { sum, count } of blocks) {
    const start = Math.min(Math.max(sum / count, top), Math.max(top, lowest));
    for (let i = 0; i < count; i++, rank++) placed[order[rank]] = { y: ys[order[rank]], at: start + rank * distance };
  }
  return placed;
}

/** Names that could be read as a guide's own or a teacher's keep their head: "Guided, untrained", never "Untrained guide". */
const TEACHER = /\s+(guide|teacher)$/;

/** What a fork is besides its parent's name. */
const FORK = /, (fork at \d+(?: \d+)?)$/;

/**
 * Names of arms for the margin: "Good initialisation" for "Unguided, good initialisation" beside "Unguided", and
 * "Guided, untrained" for "Guided, untrained guide". Never two alike.
 */
export function shortNames(names: readonly string[], maxLength = 24): string[] {
  const short = names.map((name) => {
    const fork = FORK.exec(name)?.[1];
    if (fork !== undefined) return `F${fork.slice(1)}`;
    const [head, ...rest] = name.split(', ');
    const tail = rest.join(', ');
    if (tail === '') return name;
    if (TEACHER.test(tail)) return `${head}, ${tail.replace(TEACHER, '')}`;
    const shared = names.some((other) => other !== name && (other === head || other.startsWith(`${head}, `)));
    return shared || name.length > maxLength ? tail[0].toUpperCase() + tail.slice(1) : name;
  });
  return short.map((name, i) => (short.indexOf(name) === i && short.lastIndexOf(name) === i ? name : names[i]));
}

const ELLIPSIS = '…';

/** As much of a text as fits, with its last `tail` characters kept; empty where not even two characters do. */
export function fitText(text: string, width: number, widthOf: (text: string) => number, tail = 0): string {
  if (widthOf(text) <= width) return text;
  const end = tail > 0 ? text.slice(-tail) : '';
  const cut = (length: number) => `${text.slice(0, length).trimEnd()}${ELLIPSIS}${end}`;
  let low = 2;
  let high = text.length - tail - 1;
  if (high < low || widthOf(cut(low)) > width) return '';
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(cut(middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/** What tells long names apart often stands at their end: "weight 0.1", "weight 0.3". */
const TAIL = 5;

/** Texts cut to a width, those that would be alike in their middle. Empty where nothing fits. */
export function fitTexts(texts: readonly string[], width: number, widthOf: (text: string) => number): string[] {
  const cut = texts.map((text) => fitText(text, width, widthOf));
  return cut.map((text, i) => (text !== texts[i] && cut.filter((other) => other === text).length > 1 ? fitText(texts[i], width, widthOf, TAIL) : text));
}

/** The plot, inside the axes. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export type Line = readonly { x: number; y: number }[];

/** Pixels between a text and what passes it. */
const AIR = 1;

/** Whether a line of ascending x passes through a box. */
function crosses(line: Line, box: Box): boolean {
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]];
    const from = Math.max(a.x, box.left);
    const to = Math.min(b.x, box.right);
    if (from > to) continue;
    const at = (x: number) => (b.x > a.x ? a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y) : b.y);
    const [low, high] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
    if (high >= box.top - AIR && low <= box.bottom + AIR) return true;
  }
  return false;
}

/** A place for a text along a level, and how far along it is: 0 at the left end, 1 at the right one. */
export interface Place extends Box {
  share: number;
}

/** From a level to the nearer edge of its text, and from the ends of the plot. */
const LIFT = 3;
const INDENT = 5;
/** Between the ends of the plot: the middle first. */
const BETWEEN = [0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875];

/** Where the text of a level can stand, the best place first: at its ends, then between them, above or below; some lines further off at last. */
export function placesAlong(y: number, size: { width: number; height: number }, area: Area, side: 'above' | 'below'): Place[] {
  const free = Math.max(0, area.width - 2 * INDENT - size.width);
  const at = (share: number, above: boolean, lift = LIFT): Place => {
    const left = area.x + INDENT + share * free;
    const top = above ? y - lift - size.height : y + lift;
    return { share, left, right: left + size.width, top, bottom: top + size.height };
  };
  const ends = side === 'above' ? [at(0, true), at(0, false), at(1, true), at(1, false)] : [at(1, false), at(0, false), at(1, true), at(0, true)];
  const between = BETWEEN.flatMap((share) => [at(share, side === 'above'), at(share, side !== 'above')]);
  const further = [1, 2].flatMap((lines) => [1, 0].flatMap((share) => [true, false].map((above) => at(share, above, LIFT + lines * size.height))));
  return [...ends, ...between, ...further].filter(({ top, bottom }) => top >= area.y && bottom <= area.y + area.height);
}

export const overlap = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * The first place of each text that no line passes through and no other text takes; where every place has lines, the one
 * with the fewest; null where every place is another text's. A line that has come to a place stays there, so that a text
 * moves a few times in a run at most.
 * @param taken places of texts that stand already
 * @param marks what texts may lie on only where nothing else is left
 */
export function placeTexts<P extends Box>(
  texts: readonly (readonly P[])[],
  lines: readonly Line[],
  taken: readonly Box[] = [],
  marks: readonly Box[] = [],
): (P | null)[] {
  const placed: (P | null)[] = [];
  for (const places of texts) {
    const others = [...taken, ...placed.filter((box) => box !== null)];
    let best: P | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const box of places) {
      if (others.some((other) => overlap(other, box))) continue;
      const cost = lines.filter((line) => crosses(line, box)).length + (lines.length + 1) * marks.filter((mark) => overlap(mark, box)).length;
      if (cost >= least) continue;
      least = cost;
      best = box;
    }
    placed.push(best);
  }
  return placed;
}
