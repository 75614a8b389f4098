import { expect, test } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { applyEvent, beginRun, useRun } from '@/state/run.ts';
import { captionOf, wrapped } from './caption.ts';

async function ran(seeds: number[], steps: number) {
  const lab = new FakeLab({ chunk: 5 });
  lab.subscribe(applyEvent);
  const experiment = { ...presetExperiment('wide-fcn'), seeds };
  beginRun({ ...experiment, base: { ...experiment.base, steps: 10 } });
  await lab.open({ ...experiment, base: { ...experiment.base, steps: 10 } }, { backend: 'auto' });
  await lab.run(steps);
  await lab.idle();
  return captionOf('Loss by training step.', useRun.getState());
}

test('a caption says whose values they are, what the band is, what was trained how, and on what', async () => {
  const [lines, arms, setup, made] = await ran([0, 1, 2], 10);
  expect(lines).toBe('Loss by training step. Lines: mean over the 3 seeds 0, 1, 2. Band: mean ± 1 standard deviation over them.');
  expect(arms).toMatch(/^Unguided: task loss only; Guided: \+ 4 × Σ \(1 − CKA\), whole run \(“trained”\);/);
  expect(setup).toMatch(
    /^Target: 3×384 FCN\. Guides: “trained” ResNet-8, trained, .* steps.* Mapping: even\. Training: Adam · learning rate 1e-3, constant · batch 128 · 10 steps/,
  );
  expect(made).toMatch(/^Guidance Playground on (WebAssembly|JavaScript|WebGPU)/);
});

test('one seed has no band, and a run on its way says how far it is', async () => {
  const [lines] = await ran([3], 5);
  expect(lines).toMatch(/Seed 3 alone, so no band\. Not finished: step \d of 10\.$/);
});

test('lines are as long as there is room, and a word that is longer stands alone', () => {
  const length = (text: string) => text.length;
  expect(wrapped(['one two three', 'four'], 7, length)).toEqual(['one two', 'three', 'four']);
  expect(wrapped(['a incomprehensible b'], 5, length)).toEqual(['a', 'incomprehensible', 'b']);
});
