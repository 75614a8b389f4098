/** Everything that is written from the result files: the Paper view's data, the presets' "Does it reproduce?", the tables of docs/results.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAIMS } from '../../evidence/claims.ts';
import { PRESET_WORDS } from '../../evidence/presetWords.ts';
import { ROOT } from '../../scripts/install.mjs';
import type { Evidence } from '../../src/experiment/presets/evidence.ts';
import { rewritten } from './documents.ts';
import { type Evidence as EvidenceFiles, filled, measuredWith } from './quantities.ts';
import { claimRows } from './view.ts';

/** From the repository's folder. */
export const DOCUMENT = 'docs/results.md';
const VIEW = 'src/ui/paper/claims.json';
const PRESETS = 'src/experiment/presets/evidence.json';

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

function presetWords(files: EvidenceFiles): Record<string, Evidence> {
  const entries = Object.entries(PRESET_WORDS).map(([preset, { outcome, paper, here }]): [string, Evidence] => {
    const file = files.get(preset);
    if (!file) throw new Error(`there is no result of the preset "${preset}": npm run evidence -- run ${preset}`);
    return [preset, { outcome, paper, here: filled(files, here, preset), seeds: measuredWith(file.result) }];
  });
  return Object.fromEntries(entries);
}

/**
 * @returns what each file has to hold, by its path
 * @throws {Error} when words name a run or a number that is not there
 */
export const rebuilt = (evidence: EvidenceFiles): Map<string, string> =>
  new Map([
    [VIEW, json(claimRows(CLAIMS, evidence))],
    [PRESETS, json(presetWords(evidence))],
    [DOCUMENT, rewritten(readFileSync(join(ROOT, DOCUMENT), 'utf8'), evidence)],
  ]);
