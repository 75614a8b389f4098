import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RAMP_LEVELS, similarityColour } from './colours.ts';
import { contrast, inkOn } from './contrast.ts';

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');
const [light, dark] = css.split(/\[data-mantine-color-scheme=.dark.\]/);
const bytes = (hex: string): number[] => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
const variable = (theme: string, name: string): number[] => bytes(new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(theme)?.[1] ?? '');

/** OKLab of sRGB bytes and back (Ottosson 2020), as browsers mix "in oklab". */
const toLinear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
const toByte = (x: number) => Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
const apply = (matrix: number[][], v: number[]) => matrix.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));
const TO_LMS = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const FROM_LAB = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const FROM_LMS = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];
const oklab = (rgb: number[]) => apply(TO_LAB, apply(TO_LMS, rgb.map(toLinear)).map(Math.cbrt));
const rgb = (lab: number[]) =>
  apply(
    FROM_LMS,
    apply(FROM_LAB, lab).map((x) => x ** 3),
  ).map(toByte);

it('knows the ends of the scale', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  expect(contrast([255, 255, 255], [118, 118, 118])).toBeCloseTo(4.54, 2);
  expect([inkOn([255, 255, 255]), inkOn([0, 0, 0])]).toEqual(['#000000', '#ffffff']);
});

/** A step of the ramp in OKLab, as the page's own words for it say. */
function rampAt(theme: string, level: number): number[] {
  const [, high, share, low] = /var\(--([\w-]+)\) (\d+)%, var\(--([\w-]+)\)/.exec(similarityColour(level / (RAMP_LEVELS - 1))) ?? [];
  const [from, to] = [oklab(variable(theme, low)), oklab(variable(theme, high))];
  return from.map((x, i) => x + (Number(share) / 100) * (to[i] - x));
}

const THEMES = [
  ['light', light],
  ['dark', dark],
] as const;
const LEVELS = Array.from({ length: RAMP_LEVELS }, (_, level) => level);

/** Distance in OKLab from which two colours side by side are clearly two: about twice what is just noticeable. */
const APART = 0.035;

it.each(THEMES)('no colour of the ramp is an arm’s or the Run button’s in %s colours, and steps get darker or lighter one way', (_, theme) => {
  const ramp = LEVELS.map((level) => rampAt(theme, level));
  const names = [...theme.matchAll(/--(arm-[\w-]+|accent):/g)].map(([, name]) => name);
  expect(names).toHaveLength(13);
  for (const name of names) {
    const colour = oklab(variable(theme, name));
    const distances = ramp.map((step) => Math.hypot(...step.map((x, i) => x - colour[i])));
    expect(Math.min(...distances), name).toBeGreaterThanOrEqual(APART);
  }
  const lightness = ramp.map(([l]) => l);
  const [first, last] = [lightness[0], lightness[RAMP_LEVELS - 1]];
  expect(Math.abs(last - first)).toBeGreaterThan(0.4);
  expect([...lightness].sort((a, b) => (first < last ? a - b : b - a))).toEqual(lightness);
});

it.each(THEMES)('small text can be read on the whole ramp of similarities in %s colours', (_, theme) => {
  for (const level of LEVELS) {
    const fill = rgb(rampAt(theme, level));
    expect(contrast(fill, bytes(inkOn(fill))), `at ${level} %`).toBeGreaterThanOrEqual(4.5);
  }
});
