/** Every measure as a loss, through the whole lab: on images, and on sequences in each token view. */
import { describe, expect, it } from 'vitest';
import { MEASURE_NAMES } from '../experiment/schema/measures.ts';
import { openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const VIEWS = ['position', 'flattened', 'all-tokens', 'last-token'] as const;

describe.each(MEASURE_NAMES)('%s', (measure) => {
  it.each([
    ['images', tinyExperiment({ 'base.measure': measure, seeds: [0] })],
    ...VIEWS.map((view) => [`sequences, ${view}`, tinySequences('first-token', { 'base.measure': measure, 'base.tokens': view, seeds: [0] })] as const),
  ])('pulls what learns on %s, and nothing else', async (_, experiment) => {
    const { result, lab } = await openLab({ ...experiment, arms: experiment.arms.filter(({ init }) => !init) }, 'wasm');
    const { members, experiment: ran } = await result();
    await lab.dispose();
    const plain = members.find(({ arm }) => arm === 'unguided');
    for (const member of members) {
      expect(member.diverged).toBe(false);
      const aligned = ran.arms.some(({ id, align }) => id === member.arm && align);
      if (aligned) expect(member.history.trainLoss).not.toEqual(plain?.history.trainLoss);
    }
  });
});
