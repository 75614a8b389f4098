/** How wide texts are drawn, without drawing them. */

/** @param size in pixels, as the result */
export type TextWidth = (text: string, size: number, bold: boolean) => number;

/** Of widths that are kept: tooltips and axes come by with ever new numbers. */
const MOST_KEPT = 2000;
const kept = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;
let family = '';

/** By the page's own font; roughly where there is no page. */
export const textWidth: TextWidth = (text, size, bold) => {
  const key = `${size} ${bold} ${text}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (context === undefined && typeof document !== 'undefined') {
    context = document.createElement('canvas').getContext('2d');
    family = getComputedStyle(document.body).fontFamily;
  }
  if (!context) return text.length * size * (bold ? 0.62 : 0.58);
  context.font = `${bold ? 600 : 400} ${size}px ${family}`;
  const { width } = context.measureText(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, width);
  return width;
};
