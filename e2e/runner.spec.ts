/** The headless runner as a program: its exit status and what it writes where. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/install.mjs';
import { findPreset } from '../src/experiment/presets/presets.ts';
import type { RunResult } from '../src/experiment/contract/result.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { cifarFile } from '../src/lab/files/testing.ts';
import { expect, test, tiny } from './support/site.ts';

const folder = mkdtempSync(join(tmpdir(), 'runner-'));
test.afterAll(() => rmSync(folder, { recursive: true }));

function runner(...words: string[]): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/experiment.mjs'), ...words], { cwd: ROOT });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

test('runs an experiment from a file and writes the result', async () => {
  const file = join(folder, 'experiment.json');
  const out = join(folder, 'result.json');
  writeFileSync(file, JSON.stringify(tiny(structuredClone(findPreset('wide-fcn')?.experiment) as Experiment)));
  const { status, out: text, err } = await runner(file, '--backend', 'wasm', '--seeds', '2', '--steps', '8', '--set', 'base.learningRate=2e-3', '--out', out);
  expect(status, err).toBe(0);
  expect(text).toContain('8 steps, 2 seeds');
  expect(text).toMatch(/^Unguided\s+\d+\.\d ± \d+\.\d %/m);
  expect(err).toMatch(/step 8 of 8/);
  const result = JSON.parse(readFileSync(out, 'utf8')) as RunResult;
  expect(result).toMatchObject({ schema: 2, environment: { backend: 'wasm' }, metric: { name: 'accuracy', higherIsBetter: true, chance: 0.125 } });
  expect(result.experiment.base).toMatchObject({ steps: 8, learningRate: 2e-3 });
  expect(result.members).toHaveLength(4);
  expect(result.summary).toHaveLength(2);
  const [first] = result.members;
  expect(first.history.trainLoss).toHaveLength(8);
  expect(first.final.valMetric).toBeGreaterThanOrEqual(0);
  expect(first.final.valMetric).toBeLessThanOrEqual(1);
  // A result file can be run again.
  const again = await runner(out, '--backend', 'wasm', '--out', out);
  expect(again.status, again.err).toBe(0);
  const repeated = JSON.parse(readFileSync(out, 'utf8')) as RunResult;
  expect(repeated.members.map(({ history }) => history)).toEqual(result.members.map(({ history }) => history));
});

test("takes files of a person's own", async () => {
  const file = join(folder, 'cifar.json');
  const experiment = structuredClone(findPreset('cifar')?.experiment) as Experiment;
  const { task } = experiment;
  writeFileSync(file, JSON.stringify({ ...tiny(experiment, 4), task: { ...task, size: 8, train: 64, val: 30 } }));
  const without = await runner(file, '--backend', 'wasm');
  expect(without.status).toBe(1);
  expect(without.err).toContain('This experiment uses files of your own: CIFAR-10, which are still to be chosen. Name them with --data.');
  const names = ['data_batch_1.bin', 'test_batch.bin'].map((name) => join(folder, name));
  names.forEach((name, i) => {
    writeFileSync(name, cifarFile(100 - 50 * i));
  });
  const out = join(folder, 'cifar-result.json');
  const { status, err } = await runner(file, '--backend', 'wasm', '--data', names.join(), '--out', out);
  expect(status, err).toBe(0);
  expect(err).toContain('“test_batch.bin” is not the official file: it holds 50 images, not 10,000.');
  const result = JSON.parse(readFileSync(out, 'utf8')) as RunResult;
  expect(result.experiment.task).toMatchObject({
    kind: 'image-files',
    data: { name: 'CIFAR-10', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    train: 64,
    val: 30,
  });
  expect(result.metric.chance).toBe(0.1);
});

test('ends with 2 and one line for a bad argument, and with 0 for --list', async () => {
  const bad = await runner('wide-fcn', '--set', 'base.learningRate=50');
  expect(bad).toEqual({ status: 2, out: '', err: 'base.learningRate must be at most 10, not 50\n' });
  const list = await runner('--list');
  expect(list.status).toBe(0);
  expect(list.out).toMatch(/^wide-fcn /m);
});
