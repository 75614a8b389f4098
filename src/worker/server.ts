/** Puts a lab behind a port: requests in, answers and events out. Knows no worker, so tests run it in-process. */
import { toFailure } from '../experiment/contract/failure.ts';
import type { Lab } from '../experiment/contract/lab.ts';
import { FATES, type Port, type Request, type RequestMessage, transferables, type WorkerMessage } from './protocol.ts';

/** Call what is asked for. That its arguments fit its method is checked where the request is made (`Call`). */
async function answer(lab: Lab, { method, args }: Request): Promise<unknown> {
  if (method === 'ping') return undefined;
  if (!Object.hasOwn(FATES, method)) throw new Error(`the worker knows no request "${method}"`);
  const call = lab[method] as (...all: readonly unknown[]) => Promise<unknown>;
  return call.apply(lab, args);
}

/**
 * Answer a port's requests with a lab and forward its events. The lab gives away the arrays of what it emits and
 * returns: they are transferred, and empty on this side afterwards.
 * @param lock the name of the lock that this side holds while it lives, once it has it; or null
 */
export function serveLab(lab: Lab, port: Port, lock: Promise<string | null> | null = null): void {
  const post = (message: WorkerMessage) => port.postMessage(message, transferables(message));
  lab.subscribe((event) => post({ type: 'event.emitted', event }));
  port.addEventListener('message', async ({ data }: MessageEvent<RequestMessage>) => {
    try {
      post({ type: 'request.answered', id: data.id, value: await answer(lab, data.request) });
    } catch (error) {
      post({ type: 'request.failed', id: data.id, failure: toFailure(error) });
    }
  });
  Promise.resolve(lock).then((name) => post({ type: 'worker.ready', lock: name }));
}
