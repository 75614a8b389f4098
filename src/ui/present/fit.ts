/** Makes the verdict of a presentation as large as fits into its place: nobody in the room can scroll. */

const FITTED = 'main section[data-part="verdict"]';
/** Lines break anew with every size, so that one try is not enough. */
const TRIES = 6;
/** Smaller is not worth showing. */
const SMALLEST = 0.4;

interface Fitted {
  style: Pick<CSSStyleDeclaration, 'setProperty' | 'removeProperty'>;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** Scale one part down until what it holds is no higher than its place. @returns the scale */
export function scaleToFit(part: Fitted): number {
  let scale = 1;
  part.style.removeProperty('--fit');
  for (let i = 0; i < TRIES && part.scrollHeight > part.clientHeight + 1; i++) {
    // A text that is half as large takes a quarter of the height: its lines break later, too.
    scale = Math.max(SMALLEST, 0.98 * scale * Math.sqrt(part.clientHeight / part.scrollHeight));
    part.style.setProperty('--fit', scale.toFixed(3));
  }
  return scale;
}

export function fitParts(page: Pick<Document, 'querySelectorAll'>): void {
  for (const part of page.querySelectorAll<HTMLElement>(FITTED)) scaleToFit(part);
}
