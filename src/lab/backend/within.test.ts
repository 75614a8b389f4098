import { afterEach, expect, it, vi } from 'vitest';
import { findAdapter } from './startWebGpu.ts';
import { within } from './within.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('an adapter that never answers is no adapter after eight seconds', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => new Promise(() => {}) } });
  const found = findAdapter();
  await vi.advanceTimersByTimeAsync(8000);
  expect(await found).toMatchObject({ adapter: null, reason: 'no GPU: the GPU did not answer within 8 seconds' });
});

it('hands on what comes in time', async () => {
  expect(await within(Promise.resolve(3), 'it')).toBe(3);
  await expect(within(Promise.reject(new Error('no')), 'it')).rejects.toThrow('no');
});
