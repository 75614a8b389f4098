import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Raced } from '../race.ts';
import { gpuMarkdown, pasted } from '../report/paste.ts';
import { type Adapter, findDriver, ways } from './driver.ts';
import { type Findings, reportOf } from './findings.ts';
import { DISPATCHES, OURS, TORCH_PEAK, torchName } from './peers.ts';
import { allotted, PLAN } from './plan.ts';

const ADAPTER: Adapter = { vendor: 'maker', architecture: 'kind', device: 'card', description: 'driver 1', software: false, features: [], limits: {} };
const EMULATED = { ...ADAPTER, software: true };

describe('time', () => {
  it('is shared out so that all of it is taken and none more', () => {
    let left = 400;
    for (const at of PLAN.keys()) left -= allotted(at, left);
    expect(left).toBeCloseTo(0);
    expect(allotted(0, 400)).toBeCloseTo((400 * PLAN[0].share) / PLAN.reduce((sum, { share }) => sum + share, 0));
  });

  it('that one did not need goes to the later ones', () => {
    expect(allotted(4, 300)).toBeGreaterThan(allotted(4, 200));
    expect(allotted(PLAN.length - 1, 123)).toBe(123);
    expect(allotted(3, -4)).toBe(0);
  });
});

describe('a driver', () => {
  it('is the one that the environment names, or else looked for where containers have it', () => {
    expect(ways({ VK_ICD_FILENAMES: '/a.json' }, '/nowhere', '/lib').map(({ env }) => env)).toEqual([
      { VK_ICD_FILENAMES: '/a.json', VK_DRIVER_FILES: '/a.json' },
    ]);
  });

  it('is the first real one; an emulated one only without it', async () => {
    const tried = [
      { how: 'a', env: { at: 'a' } },
      { how: 'b', env: { at: 'b' } },
      { how: 'c', env: { at: 'c' } },
    ];
    const probe = (found: Record<string, Adapter>) => (env: Record<string, string>) =>
      found[env.at] ? Promise.resolve(found[env.at]) : Promise.reject(new Error('nothing there'));
    const real = await findDriver(tried, probe({ b: EMULATED, c: ADAPTER }));
    expect([real.way?.how, real.tries.length, real.tries[0].found]).toEqual(['c', 3, 'nothing there']);
    expect((await findDriver(tried, probe({ b: EMULATED }))).way?.how).toBe('b');
    expect((await findDriver(tried, probe({}))).adapter).toBeUndefined();
  });
});

const row = (who: string, members: number, wall: number[], more: Partial<Raced> = {}): Raced => ({
  who,
  members,
  wall,
  cpu: wall,
  flops: undefined,
  dispatches: 0,
  ...more,
});
const PEAK = 'product of 4096 × 4096 matrices';

const FINDINGS: Findings = {
  commit: 'abc',
  date: '2000-01-01 00:00',
  rounds: 2,
  small: false,
  machine: { GPU: 'a card' },
  driver: { how: 'as the loader finds it', adapter: ADAPTER, tries: [] },
  checks: {
    'self-check': {
      cases: 3,
      tolerance: 1e-3,
      done: [
        { name: 'product', seconds: 1, errors: { 'product: y': 1e-6, 'product: dx': null }, complaints: [] },
        { name: 'norm', seconds: 1, failed: 'the process ended (SIGKILL)', complaints: ['too many groups\nmore'] },
      ],
    },
    replay: {
      cases: 1,
      tolerance: 1e-3,
      done: [{ name: 'one', seconds: 1, replayed: { replayed: 4, refused: [], different: 2, compared: 90 }, complaints: [] }],
    },
  },
  races: {
    limits: {
      raced: [row(PEAK, 1, [10, 10], { flops: 1e9 }), row(TORCH_PEAK, 1, [5, 4], { flops: 1e9 }), row(DISPATCHES, 1, [2, 3], { dispatches: 1000 })],
      absent: [],
    },
    'peers of wide-fcn': {
      raced: [row(OURS, 3, [2, 4], { flops: 1e8, dispatches: 40 }), row(torchName('eager'), 3, [8, 8]), row(PEAK, 1, [10, 10], { flops: 1e9 })],
      absent: [{ who: torchName('graph'), members: 3, reason: 'CUDA graphs need a CUDA device' }],
    },
  },
  items: [
    { id: 'checks', seconds: 2, allotted: 30, load: [1, 2] },
    { id: 'limits', seconds: 3, allotted: 30, load: [2, 2] },
    { id: 'peers of wide-fcn', seconds: 4, allotted: 60, load: [2, 3] },
    { id: 'peers of first-token', seconds: 0, allotted: 0, load: [3, 3], failed: 'no time was left' },
  ],
};

describe('what a GPU machine has found', () => {
  const { sections, machine, trial } = reportOf(FINDINGS);
  const figuresOf = (name: string) => sections.find((section) => section.name === name)?.figures ?? [];
  const notesOf = (name: string) => sections.find((section) => section.name === name)?.notes.join('\n');

  it('counts what is wrong, and says what was not tried', () => {
    const [error, wrong, failed, replay] = figuresOf('gpu-kernels').map(({ value }) => value.median);
    expect([error, wrong, failed, replay]).toEqual([1e-6, 1, 1, 2]);
    expect(notesOf('gpu-kernels')).toContain('2 of 3 cases');
    expect(notesOf('gpu-kernels')).toContain('product: dx is off by what is no number');
    expect(notesOf('gpu-kernels')).toContain('the device refused: too many groups');
    expect(notesOf('gpu-peers')).toContain('peers of first-token ended early: no time was left');
  });

  it('compares with PyTorch where it ran, and with the peak and the dispatches', () => {
    expect(figuresOf('gpu-limits').map(({ value, ratio }) => [value.median, ratio?.median])).toEqual([
      [225, undefined],
      [100, 0.45],
      [2.5, undefined],
    ]);
    const peers = figuresOf('gpu-peers');
    expect(peers.find(({ of }) => of?.includes('eager'))?.ratio).toEqual({ median: 3, least: 2, most: 4 });
    expect(peers.find(({ unit }) => unit.includes('40 dispatches'))?.value.median).toBe(75);
    expect(peers.find(({ of }) => of === 'of the peak')?.ratio?.most).toBeCloseTo(0.5);
    expect(notesOf('gpu-peers')).toContain('wide-fcn: PyTorch, CUDA graph, 3 members does not run here (CUDA graphs need a CUDA device).');
    expect(sections.map(({ name }) => name)).not.toContain('gpu-arms');
  });

  it('goes into the document between its comments, as a file has it, unless it was a trial', () => {
    expect([machine.adapter, trial]).toEqual(['maker kind: card, driver 1', []]);
    const text = gpuMarkdown(JSON.parse(JSON.stringify(reportOf(FINDINGS))));
    const document = '<!-- bench.md begins -->\nkept\n<!-- bench.md ends -->\n<!-- gpu.md begins: how -->\nold\n<!-- gpu.md ends -->\nend\n';
    expect(pasted(document, 'gpu.md', text)).toBe(
      `<!-- bench.md begins -->\nkept\n<!-- bench.md ends -->\n<!-- gpu.md begins: how -->\n\n${text}\n<!-- gpu.md ends -->\nend\n`,
    );
    expect(() => pasted('nothing', 'gpu.md', text)).toThrow('no place');
    expect(pasted(readFileSync('docs/performance.md', 'utf8'), 'gpu.md', text)).toContain(text);
    expect(() => gpuMarkdown(reportOf({ ...FINDINGS, small: true }))).toThrow('tiny sizes');
    expect(() => gpuMarkdown(reportOf({ ...FINDINGS, driver: { adapter: EMULATED, tries: [] } }))).toThrow('emulated');
    expect(() => gpuMarkdown(reportOf({ ...FINDINGS, driver: { tries: [] } }))).toThrow('no GPU');
  });
});
