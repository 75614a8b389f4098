/** Puts a lab behind a port: requests in, answers and events out. Knows no worker, so tests run it in-process. */
import type { Lab } from '../experiment/contract/events.ts';
import { type Answers, type Port, type Request, type RequestMessage, type RequestType, toFailure, transferables, type WorkerMessage } from './protocol.ts';

async function answer(lab: Lab, request: Request): Promise<Answers[RequestType]> {
  switch (request.type) {
    case 'task.preview':
      return lab.preview(request.task, request.count, request.split);
    case 'backend.warmUp':
      return lab.warmUp(request.backend);
    case 'run.open':
      await lab.open(request.experiment, request.options);
      return;
    case 'run.start':
      await lab.run(request.steps);
      return;
    case 'run.pause':
      await lab.pause();
      return;
    case 'run.intervene':
      await lab.intervene(request.set);
      return;
    case 'run.checkpoint':
      return lab.checkpoint();
    case 'run.generate':
      return lab.generate(request.options);
    case 'run.close':
      await lab.close();
      return;
    case 'run.listKept':
      return lab.keptRuns();
    case 'run.forget':
      await lab.forgetRun(request.name);
      return;
    case 'guides.forget':
      await lab.forgetGuides(request.key);
      return;
    case 'guides.listKept':
      return lab.keptGuides();
    case 'guides.origins':
      return lab.guideOrigins(request.experiment);
    case 'files.add':
      return lab.addFiles(request.files);
    case 'files.fetch':
      return lab.fetchFiles(request.addresses);
    case 'files.cancel':
      await lab.cancelFetch();
      return;
    case 'assets.list':
      return lab.listAssets();
    case 'asset.delete':
      await lab.deleteAsset(request.hash);
      return;
    case 'worker.ping':
      return;
  }
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
