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

const overlap = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * The first place of each text that no line passes through and no earlier text takes; where there is none, the one with
 * the fewest lines. A line that has come to a place stays there, so that a text moves a few times in a run at most.
 */
export function placeTexts(texts: readonly (readonly Box[])[], lines: readonly Line[]): Box[] {
  const placed: Box[] = [];
  for (const places of texts) {
    const costs = places.map((box) => lines.filter((line) => crosses(line, box)).length + (lines.length + 1) * placed.filter((other) => overlap(other, box)).length);
    placed.push(places[costs.indexOf(Math.min(...costs))]);
  }
  return placed;
}
