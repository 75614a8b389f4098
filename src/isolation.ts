/**
 * Cross-origin isolation on hosts that cannot send headers: a service worker adds them, and one reload makes them
 * count. Nothing depends on it: without isolation WebAssembly runs on one thread. In a frame it is the page around it
 * that decides.
 */

/** What is used of the page; tests put their own here. */
export interface IsolationPage {
  crossOriginIsolated: boolean;
  isSecureContext: boolean;
  /** Whether it stands in a frame of another page. */
  framed: boolean;
  serviceWorker: Pick<ServiceWorkerContainer, 'register'> | undefined;
  /** Lives as long as the tab; null where the browser refuses it. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  reload(): void;
}

export type IsolationOutcome =
  | 'isolated'
  /** No service workers here: an insecure address, or a browser that refuses them. */
  | 'unavailable'
  /** Only the page around this one could be isolated; a reload of the frame would be for nothing. */
  | 'framed'
  /** The reload is on its way. */
  | 'reloading'
  /** It will count from the next visit on. */
  | 'next visit'
  /** It has been tried in this tab, in vain. */
  | 'in vain';

/** Set when this tab has been reloaded for isolation: it must never happen twice in a row. */
const RELOADED = 'isolation-reloaded';
const SCRIPT = './isolation-worker.js';

function currentPage(): IsolationPage {
  let storage: Storage | null = null;
  try {
    storage = sessionStorage;
  } catch {
    // Cookies are blocked.
  }
  return {
    crossOriginIsolated: globalThis.crossOriginIsolated === true,
    isSecureContext,
    framed: window !== window.top,
    storage,
    serviceWorker: navigator.serviceWorker,
    reload: () => location.reload(),
  };
}

/** Resolves when the registration's worker is active, and so will handle the next load of the page. */
async function activated(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker || worker.state === 'activated') return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      else if (worker.state === 'redundant') reject(new Error('the service worker was discarded'));
    });
  });
}

/**
 * Bring isolation about where it is missing and possible.
 * @param isBusy whether something is going on that a reload would destroy (a run, edits); then it waits for the
 *   next visit
 */
export async function ensureIsolation(isBusy: () => boolean, page: IsolationPage = currentPage()): Promise<IsolationOutcome> {
  if (page.crossOriginIsolated) {
    page.storage?.removeItem(RELOADED);
    return 'isolated';
  }
  if (page.framed) return 'framed';
  if (!page.isSecureContext || !page.serviceWorker) return 'unavailable';
  try {
    await activated(await page.serviceWorker.register(SCRIPT, { scope: './' }));
  } catch {
    // Private modes, blocked site data, a host that serves another page for unknown addresses.
    return 'unavailable';
  }
  if (!page.storage) return 'next visit';
  try {
    if (page.storage.getItem(RELOADED) !== null) return 'in vain';
    if (isBusy()) return 'next visit';
    page.storage.setItem(RELOADED, '1');
  } catch {
    return 'next visit';
  }
  page.reload();
  return 'reloading';
}
