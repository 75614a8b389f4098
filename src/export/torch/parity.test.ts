import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../lab/check/choose.ts';
import { nodeWasmFiles } from '../../lab/backend/nodeWasmFiles.ts';
import { GuideStore } from '../../lab/guidance/store.ts';
import { CASES } from './testing/cases.ts';
import { writeParityCase } from './testing/parity.ts';

const PYTHON = '/usr/bin/python3';

const ONLY = process.env.PARITY_CASES?.split(',');
const names = Object.keys(CASES).filter((name) => !ONLY || ONLY.includes(name));

interface Report {
  worst: Record<string, number>;
  compared: number;
  beyond: unknown[];
  count: number;
  seconds: number;
}

describe('the exported script', () => {
  let reports: Record<string, Report> = {};
  const folder = process.env.PARITY_FOLDER ?? mkdtempSync(join(tmpdir(), 'parity-'));

  beforeAll(async () => {
    const { kernels } = await chooseBackend('wasm', nodeWasmFiles);
    for (const name of names) {
      const t = Date.now();
      await writeParityCase(join(folder, name), CASES[name], kernels, new GuideStore(null));
      console.log(name, Date.now() - t);
    }
    const answer = execFileSync(PYTHON, [join(import.meta.dirname, 'testing/parity.py'), ...names.map((name) => join(folder, name))], { encoding: 'utf8' });
    reports = JSON.parse(answer);
  });

  it.each(names)('takes the steps of the lab: %s', (name) => {
    const report = reports[join(folder, name)];
    console.log(name, report.worst, report.compared, report.seconds);
    expect(report.beyond).toEqual([]);
  });
});
