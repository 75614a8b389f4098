/**
 * Pieces of the page that are not needed for its first picture. Each is fetched once the page stands still, at the latest
 * when it is wanted.
 */
import { useState } from 'react';
import { notify } from './notify.ts';

/** A part of the code that is fetched by itself. */
export interface Piece<T> {
  /** What was fetched; null before. */
  there: T | null;
  /** Fetch it unless it is there. Rejects where the network refuses it; asked again, it tries again. */
  fetch: () => Promise<T>;
}

const pieces: Piece<unknown>[] = [];

export function piece<T>(load: () => Promise<T>): Piece<T> {
  const made: Piece<T> = {
    there: null,
    fetch: async () => {
      made.there ??= await load();
      return made.there;
    },
  };
  pieces.push(made);
  return made;
}

/** Fetch what opens later. A piece that does not come now is asked for again when it is wanted. */
export function fetchPieces(): void {
  for (const { fetch } of pieces) void fetch().catch(() => undefined);
}

/**
 * Do something with a piece, at once where it is there. Where it cannot be fetched, a note says so.
 * @param what it is, as the beginning of a sentence in the plural, e.g. "The editors"
 */
export function withPiece<T>(wanted: Piece<T>, what: string, then: (there: T) => void): void {
  if (wanted.there !== null) return then(wanted.there);
  wanted.fetch().then(then, () =>
    notify(what, {
      color: 'red',
      title: `${what} could not be fetched`,
      message: 'Reload the page once the network is there; the experiment is in its address.',
    }),
  );
}

/** @returns a piece once it is there, and what does something as soon as it is: what opens has its contents when it does */
export function usePiece<T>(wanted: Piece<T>, what: string): [there: T | null, withIt: (then: () => void) => void] {
  // In an object, because React would call a piece that is a component.
  const [got, setGot] = useState({ there: wanted.there });
  const withIt = (then: () => void) =>
    withPiece(wanted, what, (there) => {
      setGot({ there });
      then();
    });
  return [got.there, withIt];
}
