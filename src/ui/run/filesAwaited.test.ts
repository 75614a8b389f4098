import { expect, test } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { filesAwaited } from './filesAwaited.ts';

const unchosen = presetExperiment('cifar');
const chosen = (hash: string) => ({ ...unchosen, task: { ...unchosen.task, data: { hash, name: 'CIFAR-10' } } as typeof unchosen.task });
const idle = { phase: 'idle', opened: null, experiment: null } as const;
const kept = [{ hash: 'a' }] as unknown as Parameters<typeof filesAwaited>[1];

test('files that are still to be chosen are awaited at once, others once the list of files is there', () => {
  expect(filesAwaited(unchosen, null, idle)).toEqual(['CIFAR-10']);
  expect(filesAwaited(chosen('a'), null, idle)).toEqual([]);
  expect(filesAwaited(chosen('b'), kept, idle)).toEqual(['CIFAR-10']);
  expect(filesAwaited(chosen('a'), kept, idle)).toEqual([]);
  expect(filesAwaited(presetExperiment('wide-fcn'), null, idle)).toEqual([]);
});

test('a paused run goes on with what it has; another experiment waits', () => {
  const paused = { phase: 'paused', opened: chosen('b'), experiment: chosen('b') } as const;
  expect(filesAwaited(chosen('b'), kept, paused)).toEqual([]);
  expect(filesAwaited(unchosen, kept, paused)).toEqual(['CIFAR-10']);
});
