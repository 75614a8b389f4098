/** A chart as a picture that stands alone: computed styles inlined, title, words and background added. */
import { cleanText } from '@/experiment/cleanText.ts';
import { wrapped } from './caption.ts';

const INLINED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
];
/** Height of the title line above the drawing. */
const HEAD = 30;
const PADDING = 12;
/** Of the words below it. */
const CAPTION_SIZE = 10.5;
const CAPTION_LINE = 14;
const CAPTION_GAP = 10;
/** Pixels per CSS pixel of a PNG: sharp in print and on dense screens. */
const PNG_SCALE = 3;
/** Of the names that the drawing itself does not tell: their line, and the room between two. */
const LEGEND_SIZE = 12;
const LEGEND_LINE = 16;
const LEGEND_GAP = 16;
const SVG = 'http://www.w3.org/2000/svg';

function textElement(text: string, y: number, style: Record<string, string>): SVGTextElement {
  const element = document.createElementNS(SVG, 'text');
  element.textContent = text;
  for (const [name, value] of Object.entries({ x: String(PADDING), y: String(y), ...style })) element.setAttribute(name, value);
  return element;
}

export interface LegendEntry {
  name: string;
  colour: string;
}

/** Names side by side, as many in a line as fit. @returns where each stands: from the left, and in which line */
function legendPlaces(legend: readonly LegendEntry[], width: number, widthOf: (text: string) => number): { x: number; line: number }[] {
  let x = 0;
  let line = 0;
  return legend.map(({ name }) => {
    const needed = widthOf(name);
    if (x > 0 && x + needed > width) {
      x = 0;
      line++;
    }
    const at = { x, line };
    x += needed + LEGEND_GAP;
    return at;
  });
}

/** Widths of texts as they are drawn. */
function ruler(font: string): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = font;
  return (text) => context?.measureText(text).width ?? text.length * CAPTION_SIZE * 0.55;
}

/**
 * Serialise a chart's SVG with its title; colours are those on screen now.
 * @param caption paragraphs below it
 * @param legend names of lines that have none at their ends
 */
export function standaloneSvg(
  svg: SVGSVGElement,
  title: string,
  caption: readonly string[],
  legend: readonly LegendEntry[],
): { text: string; width: number; height: number } {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, i) => {
    const style = getComputedStyle(original);
    for (const property of INLINED) copies[i].setAttribute(property, style.getPropertyValue(property));
    copies[i].removeAttribute('class');
    copies[i].removeAttribute('style');
    copies[i].removeAttribute('tabindex');
  });

  for (const mark of copy.querySelectorAll('.recharts-tooltip-cursor, [data-testid="plot-ground"], [data-testid="crosshair"]')) mark.remove();

  const page = getComputedStyle(document.documentElement);
  const { fontFamily } = getComputedStyle(svg);
  const lines = wrapped(caption, width, ruler(`${CAPTION_SIZE}px ${fontFamily}`));
  const places = legendPlaces(legend, width, ruler(`600 ${LEGEND_SIZE}px ${fontFamily}`));
  const top = PADDING + HEAD + LEGEND_LINE * (places.length > 0 ? places[places.length - 1].line + 1 : 0);
  const below = top + height + CAPTION_GAP;
  const [fullWidth, fullHeight] = [width + 2 * PADDING, below + lines.length * CAPTION_LINE + PADDING];
  const root = document.createElementNS(SVG, 'svg');
  root.setAttribute('xmlns', SVG);
  root.setAttribute('width', String(fullWidth));
  root.setAttribute('height', String(fullHeight));
  root.setAttribute('viewBox', `0 0 ${fullWidth} ${fullHeight}`);
  const background = document.createElementNS(SVG, 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', page.getPropertyValue('--panel').trim() || '#ffffff');
  const colour = (name: string) => page.getPropertyValue(name).trim() || '#000000';
  const head = textElement(title, PADDING + 13, { 'font-family': fontFamily, 'font-size': '13', 'font-weight': '600', fill: colour('--ink') });
  const words = lines.map((line, i) =>
    textElement(line, below + (i + 1) * CAPTION_LINE - 4, { 'font-family': fontFamily, 'font-size': String(CAPTION_SIZE), fill: colour('--mute') }),
  );
  copy.setAttribute('x', String(PADDING));
  copy.setAttribute('y', String(top));
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('overflow', 'visible');
  const names = legend.map(({ name, colour: of }, i) => {
    const probe = svg.ownerDocument.createElement('span');
    probe.style.color = of;
    svg.parentElement?.append(probe);
    const fill = getComputedStyle(probe).color;
    probe.remove();
    const style = { 'font-family': fontFamily, 'font-size': String(LEGEND_SIZE), 'font-weight': '600', fill, x: String(PADDING + places[i].x) };
    return textElement(name, PADDING + HEAD + 6 + LEGEND_LINE * places[i].line, style);
  });
  root.append(background, head, ...names, copy, ...words);
  return { text: cleanText(new XMLSerializer().serializeToString(root)), width: fullWidth, height: fullHeight };
}

/** Draw a standalone SVG into a PNG. */
export async function toPng({ text, width, height }: { text: string; width: number; height: number }): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * PNG_SCALE);
    canvas.height = Math.round(height * PNG_SCALE);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser cannot draw images');
    context.scale(PNG_SCALE, PNG_SCALE);
    context.drawImage(image, 0, 0, width, height);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the image is too large for this browser'))), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
