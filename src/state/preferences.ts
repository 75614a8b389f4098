/** What belongs to the person and the device, not to the experiment: kept in this browser, never in a link. */
import { create } from 'zustand';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import type { BackendChoice, BackendName } from '../experiment/contract/environment.ts';

/** A backend and the decade of a step's operations. */
export type RateKey = `${BackendName} ${number}`;

export interface Preferences {
  backend: BackendChoice;
  /** Measured floating-point operations per second of whole runs, by backend and size of a step (`rateKey`). */
  rates: Partial<Record<RateKey, number>>;
  /** Whether the key P shows the page to a room; who types by voice or sweeps over keys switches it off. */
  presentKey: boolean;
  setBackend: (backend: BackendChoice) => void;
  setPresentKey: (presentKey: boolean) => void;
  /** Remember how fast this device is, for the estimate beside Run. */
  recordRate: (key: RateKey, flopsPerSecond: number) => void;
}

/** Storage can be absent (tests) or refuse (private windows, full): preferences then live as long as the page. */
const storage: StateStorage = {
  getItem: (name) => {
    try {
      return globalThis.localStorage?.getItem(name) ?? null;
    } catch {
      return null;
    }
  },
  setItem: (name, value) => {
    try {
      globalThis.localStorage?.setItem(name, value);
    } catch {
      // Nothing is lost but the memory of a choice.
    }
  },
  removeItem: (name) => {
    try {
      globalThis.localStorage?.removeItem(name);
    } catch {
      // As above.
    }
  },
};

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      backend: 'auto',
      rates: {},
      presentKey: true,
      setBackend: (backend) => set({ backend }),
      setPresentKey: (presentKey) => set({ presentKey }),
      recordRate: (key, flopsPerSecond) =>
        set(({ rates }) => {
          if (!Number.isFinite(flopsPerSecond) || flopsPerSecond <= 0) return {};
          return { rates: { ...rates, [key]: flopsPerSecond } };
        }),
    }),
    {
      name: 'guidance-playground',
      version: 2,
      // Before, one rate stood for steps of every size: what was measured of tiny ones is no measure of others.
      migrate: (kept) => ({ ...(kept as Pick<Preferences, 'backend'>), rates: {} }),
      storage: createJSONStorage(() => storage),
      partialize: ({ backend, rates, presentKey }) => ({ backend, rates, presentKey }),
    },
  ),
);
