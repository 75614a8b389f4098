import { beforeEach, expect, test, vi } from 'vitest';
import { notify } from './notify.ts';
import { fetchPieces, piece, withPiece } from './pieces.ts';

vi.mock('./notify.ts', () => ({ notify: vi.fn() }));
beforeEach(() => vi.mocked(notify).mockClear());

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a piece is fetched ahead, and from then on is there at once', async () => {
  const load = vi.fn(async () => 'code');
  const code = piece(load);
  expect(code.there).toBeNull();
  fetchPieces();
  await settled();
  const seen: string[] = [];
  withPiece(code, 'The parts', (there) => seen.push(there));
  expect(seen).toEqual(['code']);
  await code.fetch();
  expect(load).toHaveBeenCalledTimes(1);
});

test('a piece that could not be fetched ahead is asked for again when it is wanted', async () => {
  const load = vi.fn(async () => 'code').mockRejectedValueOnce(new Error('offline'));
  const code = piece(load);
  fetchPieces();
  await settled();
  expect(notify).not.toHaveBeenCalled();
  const seen: string[] = [];
  withPiece(code, 'The parts', (there) => seen.push(there));
  await settled();
  expect(seen).toEqual(['code']);
});

test('a piece that cannot be fetched when it is wanted is told of', async () => {
  const code = piece(() => Promise.reject(new Error('offline')));
  const then = vi.fn();
  withPiece(code, 'The parts', then);
  await settled();
  expect(then).not.toHaveBeenCalled();
  expect(notify).toHaveBeenCalledWith('The parts', expect.objectContaining({ title: 'The parts could not be fetched' }));
});
