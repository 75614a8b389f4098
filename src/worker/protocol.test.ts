import { describe, expect, it, vi } from 'vitest';
import { toFailure } from '../experiment/contract/failure.ts';
import type { Lab } from '../experiment/contract/lab.ts';
import { LabError, METHODS, transferables, type WorkerMessage } from './protocol.ts';
import { serveLab } from './server.ts';

describe('transferables', () => {
  it('finds the buffers of typed arrays at any depth, each once', () => {
    const a = new Float32Array(4);
    const b = new Uint8Array(3);
    const found = transferables({ type: 'x', record: { a, again: a, list: [{ b }], none: null, words: 'abc' } });
    expect(found).toEqual([a.buffer, b.buffer]);
  });

  it('leaves a view of part of a buffer, and shared memory, to be copied', () => {
    const heap = new Float32Array(8);
    expect(transferables({ part: heap.subarray(2, 4) })).toEqual([]);
    expect(transferables({ shared: new Float32Array(new SharedArrayBuffer(8)) })).toEqual([]);
  });
});

describe('requests', () => {
  /** The two ends, and what came back for a request. */
  async function asked(request: unknown, lab: Partial<Lab> = {}) {
    const sent: WorkerMessage[] = [];
    let send: (event: MessageEvent) => unknown = () => {};
    serveLab({ subscribe: () => () => {}, ...lab } as Lab, {
      postMessage: (message) => sent.push(message as WorkerMessage),
      addEventListener: (_, listener) => {
        send = listener;
      },
    });
    await send({ data: { id: 7, request } } as MessageEvent);
    return sent.find((message) => 'id' in message);
  }

  it.each(METHODS)('%s is called with its arguments, and answered with what it resolves to', async (method) => {
    const answer = await asked({ method, args: [1, 'two'] }, { [method]: async (...args: unknown[]) => ({ args }) });
    expect(answer).toEqual({ type: 'request.answered', id: 7, value: { args: [1, 'two'] } });
  });

  it('are answered where they ask nothing', async () => {
    expect(await asked({ method: 'ping', args: [] })).toEqual({ type: 'request.answered', id: 7, value: undefined });
  });

  it.each(['dispose', 'subscribe', 'constructor', 'nothing'])('never reach what is not in the table: %s', async (method) => {
    const called = vi.fn(async () => {});
    const answer = await asked({ method, args: [] }, method === 'dispose' ? { dispose: called } : {});
    expect(answer).toMatchObject({ type: 'request.failed', id: 7, failure: { message: expect.stringContaining(method) } });
    expect(called).not.toHaveBeenCalled();
  });
});

it('a failure crosses with its name, message and remedy', () => {
  const thrown = Object.assign(new RangeError('too large'), { remedy: 'Use less.' });
  const rebuilt = new LabError(toFailure(thrown));
  expect(rebuilt).toBeInstanceOf(Error);
  expect({ name: rebuilt.name, message: rebuilt.message, remedy: rebuilt.remedy }).toEqual({ name: 'RangeError', message: 'too large', remedy: 'Use less.' });
});
