import { describe, expect, it } from 'vitest';
import { createLab } from '../lab.ts';
import { curve, member, openLab } from '../testing/drive.ts';
import { tinyFileImages } from '../testing/experiments.ts';
import { cifarFile, given } from './testing.ts';

const FILES = [given('data_batch_1.bin', cifarFile(120)), given('test_batch.bin', cifarFile(40, { first: 120 }))];
const CHANGED = tinyFileImages({ 'task.augment': { crop: true, flip: true } });

describe('a run on images of files', () => {
  it('goes through, guides included, and says which files it used', async () => {
    const { lab, events, result } = await openLab(tinyFileImages(), 'wasm', {}, FILES);
    const { experiment, members } = await result();
    const [asset] = await lab.listAssets();
    expect(experiment.task).toMatchObject({ data: { hash: asset.hash }, train: 96, val: 40 });
    for (const { history } of members) for (const loss of history.trainLoss) expect(loss).toBeGreaterThan(0);
    expect(events).toContainEqual({ type: 'files.progress', name: '2 files', activity: 'reading', done: 160 * 3073, total: 160 * 3073 });
    await lab.dispose();
  });

  it('with random changes repeats itself bit for bit, also from a checkpoint, and shows all arms of a seed the same', async () => {
    const whole = await openLab(CHANGED, 'wasm', {}, FILES);
    const once = await whole.result();
    await whole.lab.dispose();
    const first = await openLab(CHANGED, 'wasm', {}, FILES);
    await first.steps(3);
    const checkpoint = await first.lab.checkpoint();
    await first.lab.dispose();
    const rest = await openLab(CHANGED, 'wasm', { checkpoint }, FILES);
    const again = await rest.result();
    await rest.lab.dispose();
    for (const arm of ['unguided', 'guided', 'distilled']) {
      for (const seed of [0, 1]) expect(curve(member(again, arm, seed)), arm).toEqual(curve(member(once, arm, seed)));
    }
    // Before any step the arms are equal: so are their first losses, if they see the same changed images.
    expect(member(once, 'guided', 0).history.trainLoss[0]).toBe(member(once, 'unguided', 0).history.trainLoss[0]);
  });

  it('fails in words where the files are not there', async () => {
    const lab = createLab({ assets: null });
    await expect(lab.open(tinyFileImages(), { backend: 'cpu' })).rejects.toMatchObject({ name: 'MissingFilesError', remedy: 'Drop them on the page, then run again.' });
    await lab.dispose();
  });
});
