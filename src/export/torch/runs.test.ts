import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readResult } from '../../experiment/contract/readResult.ts';
import type { MemberResult, RunResult } from '../../experiment/contract/result.ts';
import type { Experiment, Term } from '../../experiment/schema/schema.ts';
import { nodeWasmFiles } from '../../lab/backend/nodeWasmFiles.ts';
import { createLab } from '../../lab/lab.ts';
import { openLab } from '../../lab/testing/drive.ts';
import { tinyExperiment } from '../../lab/testing/experiments.ts';
import { torchFiles } from './files.ts';
import { hasTorch, PYTHON } from './testing/python.ts';
import { writeFolder } from './testing/parity.ts';

const folder = mkdtempSync(join(tmpdir(), 'torch-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function exported(name: string, experiment: Experiment): Promise<string> {
  const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  writeFolder(join(folder, name), torchFiles(experiment, await lab.startingPoint(experiment, 'wasm')));
  await lab.dispose();
  return join(folder, name);
}

const python = (...words: string[]): string => execFileSync(PYTHON, words, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } });
const result = (from: string): RunResult => JSON.parse(readFileSync(join(from, 'result.json'), 'utf8'));

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Largest difference of two lists of numbers, gaps in the same places. */
function apart(a: readonly (number | null)[], b: readonly (number | null)[]): number {
  expect(a.map((value) => value === null)).toEqual(b.map((value) => value === null));
  return Math.max(...a.map((value, i) => Math.abs((value ?? 0) - (b[i] ?? 0))));
}

describe.runIf(hasTorch)('a whole run of the script', () => {
  const MAPPED: Term = { kind: 'align', guide: 'untrained', weight: 1, measure: { name: 'fitnets' } };
  const plain = tinyExperiment({ seeds: [0], 'arms.guided.terms.align.measure': { name: 'rsa' } });
  const [unguided, guided, ...others] = plain.arms;
  const experiment: Experiment = {
    ...plain,
    observe: [{ what: 'similarity', measure: { name: 'rsa-spearman' } }],
    arms: [
      unguided,
      {
        ...guided,
        terms: [
          ...guided.terms.map((term): Term => ({ ...term, course: { kind: 'stall', of: 'validation loss', patience: 1 } })),
          { ...MAPPED, course: { kind: 'every', steps: 2 } },
        ],
        warmup: { steps: 4, inputs: 'pink-noise', loss: 'align', keepOptimiser: true },
      },
      { id: 'forked', name: 'Forked', terms: [MAPPED], optimiser: { ...plain.base.optimiser, weightDecay: 0.1 }, fork: { of: 'guided', step: 3 } },
      { id: 'anew', name: 'Anew', terms: [MAPPED], warmup: { steps: 4, inputs: 'training', loss: 'align', keepOptimiser: false } },
      ...others,
    ],
  };
  let ours: RunResult;
  let theirs: RunResult;

  beforeAll(async () => {
    const from = await exported('whole', experiment);
    python(join(from, 'train.py'), '--parity', '--device', 'cpu');
    theirs = result(from);
    const { lab, result: ran } = await openLab(experiment, 'wasm');
    ours = await ran();
    await lab.dispose();
  });

  it('is read as a run of the page is', () => {
    const read = readResult(theirs, experiment);
    if (!read.ok) throw new Error(read.message);
    expect(read.events.at(-1)?.type).toBe('run.finished');
    expect(read.events.filter(({ type }) => type === 'evaluation.recorded')).toHaveLength(5);
    expect(theirs.environment.backend).toBe('pytorch');
  });

  it('ends where the lab ends', () => {
    const key = ({ arm, seed }: MemberResult) => `${arm} ${seed}`;
    expect(theirs.members.map(key)).toEqual(ours.members.map(key));
    ours.members.forEach((own, m) => {
      const other = theirs.members[m];
      expect(Object.keys(other).sort()).toEqual(Object.keys(own).sort());
      expect(Object.keys(other.history).sort()).toEqual(Object.keys(own.history).sort());
      expect(apart(own.history.trainLoss, other.history.trainLoss)).toBeLessThan(1e-3);
      expect(apart(own.history.alignmentLoss ?? [], other.history.alignmentLoss ?? [])).toBeLessThan(1e-3);
      expect(apart(own.history.similarity.flat(), other.history.similarity.flat())).toBeLessThan(1e-3);
      expect(apart(own.history.similarityMeasured?.flat() ?? [], other.history.similarityMeasured?.flat() ?? [])).toBeLessThan(1e-3);
      for (const id of ['step', 'trainLoss', 'alignmentLoss', 'valStep', 'valLoss'] as const)
        expect(apart(own.warmup?.[id] ?? [], other.warmup?.[id] ?? [])).toBeLessThan(1e-3);
      expect(apart(Object.values(own.final), Object.values(other.final))).toBeLessThan(0.05);
      expect(apart([own.final.valLoss], [other.final.valLoss])).toBeLessThan(1e-3);
      expect(other.matrices?.trained.end.cka.length).toBe(own.matrices?.trained.end.cka.length);
    });
    expect(theirs.summary.map(({ arm, n }) => [arm, n])).toEqual(ours.summary.map(({ arm, n }) => [arm, n]));
    expect(theirs.layers).toEqual(ours.layers);
    expect(theirs.metric).toEqual(ours.metric);
  });

  it('goes on from a checkpoint as if it had not been stopped', () => {
    python(join(import.meta.dirname, 'testing/resume.py'), join(folder, 'whole'));
  });
});

describe.runIf(hasTorch)('two processes', () => {
  const experiment = tinyExperiment({
    seeds: [0],
    'target.norm': 'none',
    'target.dropout': 0,
    'base.steps': 4,
    'base.clipNorm': 0.5,
    arms: [
      {
        id: 'guided',
        name: 'Guided',
        terms: [
          { kind: 'align', guide: 'untrained', weight: 4 },
          { kind: 'align', guide: 'untrained', weight: 1, measure: { name: 'fitnets' } },
          { kind: 'distil', guide: 'untrained', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward' },
        ],
      },
    ],
    asks: undefined,
  });
  const of = (from: string): MemberResult => result(from).members[0];

  it('gather what CKA compares and learn what one learns; without, CKA sees half of the batch', async () => {
    const from = await exported('ranks', experiment);
    const script = join(from, 'train.py');
    python(script, '--parity', '--device', 'cpu');
    const one = of(from);
    // What torchrun sets; the one of Debian's PyTorch does not start on its Python.
    const two = async (...words: string[]) => {
      const address = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()), WORLD_SIZE: '2', OMP_NUM_THREADS: '1' };
      const ranks = ['0', '1'].map((RANK) =>
        promisify(execFile)(PYTHON, [script, '--parity', '--device', 'cpu', ...words], { env: { ...process.env, ...address, RANK, LOCAL_RANK: RANK } }),
      );
      await Promise.all(ranks);
      return of(from);
    };
    const gathered = await two('--gather');
    for (const id of ['trainLoss', 'alignmentLoss', 'valLoss'] as const) expect(apart(one.history[id] ?? [], gathered.history[id] ?? [])).toBeLessThan(1e-5);
    expect(apart(one.history.similarity.flat(), gathered.history.similarity.flat())).toBeLessThan(1e-5);
    expect(apart(one.history.alignmentLoss ?? [], (await two()).history.alignmentLoss ?? [])).toBeGreaterThan(1e-2);
  });
});
