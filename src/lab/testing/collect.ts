import type { BackendChoice } from '../../experiment/contract/environment.ts';
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { OpenOptions } from '../../experiment/contract/lab.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { createLab } from '../lab.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';

export interface Collected {
  result: RunResult;
  events: LabEvent[];
}

/** Run an experiment to its end in this process. @throws the failure of the run */
export async function runToEnd(experiment: Experiment, backend: BackendChoice = 'cpu', options: Partial<OpenOptions> = {}): Promise<Collected> {
  const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  const events: LabEvent[] = [];
  try {
    const result = new Promise<RunResult>((resolve, reject) => {
      lab.subscribe((event) => {
        events.push(event);
        if (event.type === 'run.finished') resolve(event.result);
        if (event.type === 'run.failed') reject(new Error(`${event.failure.name}: ${event.failure.message}`));
      });
    });
    result.catch(() => undefined);
    await lab.open(experiment, { backend, ...options });
    await lab.run();
    return { result: await result, events };
  } finally {
    await lab.dispose();
  }
}
