import { describe, expect, it } from 'vitest';
import { LabError, toFailure, transferables } from './protocol.ts';

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

describe('failures', () => {
  it('keep name, message and remedy', () => {
    const thrown = Object.assign(new RangeError('too large'), { remedy: 'Use less.' });
    const rebuilt = new LabError(toFailure(thrown));
    expect(rebuilt).toBeInstanceOf(Error);
    expect({ name: rebuilt.name, message: rebuilt.message, remedy: rebuilt.remedy }).toEqual({ name: 'RangeError', message: 'too large', remedy: 'Use less.' });
  });

  it.each([['text'], [undefined], [null], [{}]])('say something about %j', (thrown) => {
    const failure = toFailure(thrown);
    expect(failure.message).not.toBe('');
    expect(failure.remedy).toMatch(/reload/);
  });
});
