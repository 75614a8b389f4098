/** The worker's entry: a lab behind `postMessage`. */
import { createLab } from '../lab/lab.ts';
import { serveLab } from './server.ts';

/** The page's folder, where the guides lie that come with it: the build puts this file one folder below. */
const assets = new URL(import.meta.env.DEV ? '/' : '../', self.location.href).href;

/** Take a lock that only the end of this worker releases. @returns its name, or null where there are no locks */
async function holdLock(): Promise<string | null> {
  // Web Locks exist at secure addresses only; elsewhere the page falls back to counting unanswered pings.
  if (!navigator.locks) return null;
  const name = `guidance-playground-worker-${performance.timeOrigin}-${Math.random()}`;
  try {
    await new Promise<void>((resolve, reject) => {
      navigator.locks
        .request(name, () => {
          resolve();
          return new Promise(() => {});
        })
        .catch(reject);
    });
    return name;
  } catch {
    // Refused in some private modes.
    return null;
  }
}

serveLab(createLab({ assets }), self, holdLock());
