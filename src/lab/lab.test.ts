import { describe, expect, it } from 'vitest';
import { runToEnd } from './testing/collect.ts';
import { tinyExperiment } from './testing/experiments.ts';

describe('a run on the CPU', () => {
  it('streams records and ends with a result', async () => {
    const { result, events } = await runToEnd(tinyExperiment());
    console.log(JSON.stringify(result.summary), events.map((e) => e.type).join(' '));
    expect(result.members).toHaveLength(8);
  });
});
