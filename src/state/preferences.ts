/** What belongs to the person and the device, not to the experiment: kept in this browser, never in a link. */
import { create } from 'zustand';
import { createJSONStorage, persist, type StateStorage } from 'zustand/middleware';
import type { BackendChoice, BackendName } from '../experiment/events.ts';

export interface Preferences {
  backend: BackendChoice;
  /** Measured floating-point operations per second of whole runs, by backend. */
  rates: Partial<Record<BackendName, number>>;
  setBackend: (backend: BackendChoice) => void;
  /** Remember how fast this device is, for the estimate beside Run. */
  recordRate: (backend: BackendName, flopsPerSecond: number) => void;
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
      setBackend: (backend) => set({ backend }),
      recordRate: (backend, flopsPerSecond) =>
        set(({ rates }) => {
          if (!Number.isFinite(flopsPerSecond) || flopsPerSecond <= 0) return {};
          return { rates: { ...rates, [backend]: flopsPerSecond } };
        }),
    }),
    {
      name: 'guidance-playground',
      version: 1,
      storage: createJSONStorage(() => storage),
      partialize: ({ backend, rates }) => ({ backend, rates }),
    },
  ),
);
