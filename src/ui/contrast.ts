/** Which ink can be read on a colour: contrast as WCAG 2 defines it. */

/** Red, green and blue, 0 to 255. */
type Rgb = ArrayLike<number>;

/** Relative luminance, 0 to 1. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = Array.from(rgb, (byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

/** Black or white, whichever stands out more. On any colour one of them has √21 ≈ 4.58 : 1, and small text needs 4.5. */
export const inkOn = (fill: Rgb): '#000000' | '#ffffff' => (contrast(fill, BLACK) >= contrast(fill, WHITE) ? '#000000' : '#ffffff');
