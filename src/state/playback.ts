/** Whether a finished run is told again (`player.ts`, fetched when it is asked for), and whether it can be. */
import { create } from 'zustand';
import type { RunState } from './run.ts';

/** Seconds that the whole of a run may take. */
export const LENGTHS = [10, 30, 60] as const;

export interface PlaybackState {
  status: 'off' | 'playing' | 'paused';
  /** For the whole run. */
  seconds: number;
  /** How long it took when it was run; null where that is not known. */
  recordedSeconds: number | null;
}

export const usePlayback = create<PlaybackState>(() => ({ status: 'off', seconds: LENGTHS[1], recordedSeconds: null }));

/** @returns whether the run on screen can be told again */
export const canPlayBack = ({ phase, result }: Pick<RunState, 'phase' | 'result'>): boolean => phase === 'finished' && result !== null;
