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

/**
 * Shorten the names of arms for the margin: "Guided, untrained guide" beside "Guided", or beside "Guided, trained
 * guide", is "Untrained guide"; so is one that is too long to be written out.
 */
export function shortNames(names: readonly string[], maxLength = 20): string[] {
  const short = names.map((name) => {
    const [head, ...rest] = name.split(', ');
    const tail = rest.join(', ');
    const shared = names.some((other) => other !== name && (other === head || other.startsWith(`${head}, `)));
    return tail !== '' && (shared || name.length > maxLength) ? tail[0].toUpperCase() + tail.slice(1) : name;
  });
  const unique = short.map((name, i) => (short.indexOf(name) === i && short.lastIndexOf(name) === i ? name : names[i]));
  return unique.map((name) => (name.length > maxLength ? `${name.slice(0, maxLength - 1).trimEnd()}…` : name));
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

/** Where the text of a level can stand, the best place first: at its ends, then between them, above or below. */
export function placesAlong(y: number, size: { width: number; height: number }, area: Area, side: 'above' | 'below'): Place[] {
  const free = Math.max(0, area.width - 2 * INDENT - size.width);
  const at = (share: number, above: boolean): Place => {
    const left = area.x + INDENT + share * free;
    const top = above ? y - LIFT - size.height : y + LIFT;
    return { share, left, right: left + size.width, top, bottom: top + size.height };
  };
  const ends = side === 'above' ? [at(0, true), at(0, false), at(1, true), at(1, false)] : [at(1, false), at(0, false), at(1, true), at(0, true)];
  const between = [0.5, 0.25, 0.75].flatMap((share) => [at(share, side === 'above'), at(share, side !== 'above')]);
  const places = [...ends, ...between];
  const inside = places.filter(({ top, bottom }) => top >= area.y && bottom <= area.y + area.height);
  return inside.length > 0 ? inside : places;
}

const overlap = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * The first place of each text that no line passes through and no other text takes; where there is none, the one with
 * the fewest lines. A line that has come to a place stays there, so that a text moves a few times in a run at most.
 * @param taken places of texts that stand already
 */
export function placeTexts<P extends Box>(texts: readonly (readonly P[])[], lines: readonly Line[], taken: readonly Box[] = []): P[] {
  const placed: P[] = [];
  for (const places of texts) {
    const others = [...taken, ...placed];
    const costs = places.map(
      (box) => lines.filter((line) => crosses(line, box)).length + (lines.length + 1) * others.filter((other) => overlap(other, box)).length,
    );
    placed.push(places[costs.indexOf(Math.min(...costs))]);
  }
  return placed;
}
