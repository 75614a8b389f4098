import { expect, it, vi } from 'vitest';
import { ensureIsolation, type IsolationPage } from './isolation.ts';

function page(changes: Partial<IsolationPage> = {}) {
  const kept = new Map<string, string>();
  return {
    crossOriginIsolated: false,
    isSecureContext: true,
    framed: false,
    serviceWorker: { register: vi.fn(async () => ({ active: { state: 'activated' } }) as ServiceWorkerRegistration) },
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
    reload: vi.fn(),
    ...changes,
  };
}
const idle = () => false;

it('leaves an isolated page alone', async () => {
  const here = page({ crossOriginIsolated: true });
  expect(await ensureIsolation(idle, here)).toBe('isolated');
  expect(here.serviceWorker?.register).not.toHaveBeenCalled();
});

it('reloads once, and not again when that did not help', async () => {
  const here = page();
  expect(await ensureIsolation(idle, here)).toBe('reloading');
  expect(await ensureIsolation(idle, here)).toBe('in vain');
  expect(here.reload).toHaveBeenCalledTimes(1);
});

it('leaves a frame alone: the page around it decides', async () => {
  const here = page({ framed: true });
  expect(await ensureIsolation(idle, here)).toBe('framed');
  expect(here.serviceWorker?.register).not.toHaveBeenCalled();
});

it('may reload again after it has worked in between', async () => {
  const here = page();
  await ensureIsolation(idle, here);
  await ensureIsolation(idle, { ...here, crossOriginIsolated: true });
  expect(await ensureIsolation(idle, here)).toBe('reloading');
});

it('never reloads while something is going on', async () => {
  const here = page();
  expect(await ensureIsolation(() => true, here)).toBe('next visit');
  expect(here.reload).not.toHaveBeenCalled();
});

it('waits until the service worker is active', async () => {
  let activate = () => {};
  const worker = {
    state: 'installing',
    addEventListener: (_: string, f: () => void) => {
      activate = f;
    },
  };
  const here = page({ serviceWorker: { register: async () => ({ active: null, waiting: null, installing: worker }) as unknown as ServiceWorkerRegistration } });
  const outcome = ensureIsolation(idle, here);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(here.reload).not.toHaveBeenCalled();
  worker.state = 'activated';
  activate();
  expect(await outcome).toBe('reloading');
});

const without: [string, Partial<IsolationPage>][] = [
  ['an insecure address', { isSecureContext: false }],
  ['a browser without service workers', { serviceWorker: undefined }],
  [
    'a refused registration',
    {
      serviceWorker: {
        register: async () => {
          throw new Error('no');
        },
      },
    },
  ],
];
it.each(without)('does without on %s', async (_what, changes) => {
  const here = page(changes);
  expect(await ensureIsolation(idle, here)).toBe('unavailable');
  expect(here.reload).not.toHaveBeenCalled();
});

it('does not reload without a memory of having done so', async () => {
  const here = page({ storage: null });
  expect(await ensureIsolation(idle, here)).toBe('next visit');
});
