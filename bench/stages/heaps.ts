/** Heaps of a page and its workers, garbage collected, by Chromium's own protocol. */
import type { CDPSession, Page } from '@playwright/test';

interface Usage {
  usedSize: number;
  /** Of arrays outside of the heap. */
  backingStorageSize?: number;
}

/** A worker hears commands through the page it belongs to. */
interface AttachedWorker {
  sessionId: string;
  url: string;
}

export interface Heaps {
  /** Bytes, arrays included. */
  page: number;
  worker: number;
}

export class HeapReader {
  readonly #session: CDPSession;
  readonly #workers: AttachedWorker[] = [];
  #id = 0;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  /** Before the page is opened: workers are met when they start. */
  static async attach(page: Page): Promise<HeapReader> {
    const session = await page.context().newCDPSession(page);
    const reader = new HeapReader(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') reader.#workers.push({ sessionId, url: targetInfo.url });
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      const at = reader.#workers.findIndex((worker) => worker.sessionId === sessionId);
      if (at >= 0) reader.#workers.splice(at, 1);
    });
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return reader;
  }

  async read(): Promise<Heaps> {
    await this.#session.send('HeapProfiler.collectGarbage');
    const page = bytes(await this.#session.send('Runtime.getHeapUsage'));
    let worker = 0;
    for (const { sessionId } of this.#workers.filter(({ url }) => /\/worker-[^/]*\.js/.test(url))) {
      await this.#ask(sessionId, 'HeapProfiler.collectGarbage');
      worker += bytes((await this.#ask(sessionId, 'Runtime.getHeapUsage')) as Usage);
    }
    return { page, worker };
  }

  #ask(sessionId: string, method: string): Promise<unknown> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const hear = ({ sessionId: from, message }: { sessionId: string; message: string }) => {
        const answer = JSON.parse(message) as { id?: number; result?: unknown; error?: { message: string } };
        if (from !== sessionId || answer.id !== id) return;
        this.#session.off('Target.receivedMessageFromTarget', hear);
        if (answer.error) reject(new Error(answer.error.message));
        else resolve(answer.result);
      };
      this.#session.on('Target.receivedMessageFromTarget', hear);
      this.#session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) }).catch(reject);
    });
  }
}

const bytes = ({ usedSize, backingStorageSize = 0 }: Usage): number => usedSize + backingStorageSize;
