import { expect, it } from 'vitest';
import { stepped } from './step.ts';

const share = { min: 0, max: 0.9, integer: false };

it.each([
  [0.1, 0.2, 0.3],
  [0.85, 0.05, 0.9],
  [0.88, 0.05, 0.9],
  [0.02, -0.05, 0],
])('%d and a step of %d: %d', (value, step, next) => expect(stepped(value, step, share)).toBe(next));

it('has no ends where there are no limits', () => expect(stepped(250, -500, undefined)).toBe(-250));
