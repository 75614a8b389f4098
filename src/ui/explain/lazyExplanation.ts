import { lazy } from 'react';

/** What formulas are set in. Fetched before they are shown: fonts that come later move the lines. */
const FONTS = ['16px KaTeX_Main', 'italic 16px KaTeX_Math', ...[1, 2, 3, 4].map((size) => `16px KaTeX_Size${size}`)];

/** What guidance is, with the typesetting of its formulas: fetched when it is opened. */
export const Explanation = lazy(async () => {
  const explanation = await import('./Explanation.tsx');
  // Without them it is still there to be read.
  await Promise.allSettled(FONTS.map((font) => document.fonts.load(font)));
  return explanation;
});
