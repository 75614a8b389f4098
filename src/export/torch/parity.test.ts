import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeWasmFiles } from '../../lab/backend/nodeWasmFiles.ts';
import { chooseBackend } from '../../lab/check/choose.ts';
import { GuideStore } from '../../lab/guidance/store.ts';
import { CASES } from './testing/cases.ts';
import { writeParityCase } from './testing/parity.ts';
import { hasTorch, PYTHON, WITHOUT_TORCH } from './testing/python.ts';

/** All cases; those named in PARITY, with commas, where somebody looks at some. */
const names = Object.keys(CASES).filter((name) => process.env.PARITY?.split(',').includes(name) ?? true);

/** What `parity.py` says of a folder. */
interface Report {
  compared: number;
  /** Of all that is beyond the limits, of which `beyond` lists some. */
  kinds: string[];
  beyond: [kind: string, place: string, lab: number | null, torch: number | null][];
  /** Names of the script that nothing uses. */
  unused: string[];
}

if (!hasTorch) {
  it('needs PyTorch', ({ skip }) => {
    if (process.env.CI) throw new Error(WITHOUT_TORCH);
    skip(WITHOUT_TORCH);
  });
}

describe.runIf(hasTorch)('the exported script', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parity-'));
  const wrong = join(folder, 'wrong');
  let reports: Record<string, Report> = {};

  beforeAll(async () => {
    const { kernels } = await chooseBackend('wasm', nodeWasmFiles);
    for (const name of names) await writeParityCase(join(folder, name), CASES[name], kernels, new GuideStore(null));
    // One that learns at another weight and rate.
    cpSync(join(folder, names[0]), wrong, { recursive: true });
    const script = readFileSync(join(wrong, 'train.py'), 'utf8');
    const changed = `UNUSED = 0\n${script}`.replace('share * (1 -', '1.001 * share * (1 -').replace('group["lr"] = rate', 'group["lr"] = 1.01 * rate');
    writeFileSync(join(wrong, 'train.py'), changed);
    const folders = [...names.map((name) => join(folder, name)), wrong];
    reports = JSON.parse(execFileSync(PYTHON, [join(import.meta.dirname, 'testing/parity.py'), ...folders], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(names)('takes the steps of the lab: %s', (name) => {
    const { compared, beyond, unused } = reports[join(folder, name)];
    expect(beyond).toEqual([]);
    expect(unused).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  });

  it('would be caught if it did not', () => {
    expect(reports[wrong].kinds).toEqual(expect.arrayContaining(['alignment', 'gradient', 'update']));
    expect(reports[wrong].unused).toEqual(['UNUSED']);
  });
});
