/** No number is printed that does not come from a result file. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../evidence/claims.ts';
import { PRESET_WORDS } from '../../evidence/presetWords.ts';
import { VARIANTS } from '../../evidence/variants.ts';
import { ROOT } from '../../scripts/install.mjs';
import { decodeLink } from '../../src/experiment/link.ts';
import { PRESETS } from '../../src/experiment/presets/presets.ts';
import { inWords } from '../../src/stats/seeds.ts';
import { parseCommand } from '../arguments.ts';
import { noTest } from './chance.ts';
import { runsTold, typed } from './documents.ts';
import { DOCUMENT, rebuilt } from './rebuild.ts';
import { type EvidenceFile, evidenceText, isCurrent, parseEvidence, readEvidence, readRuns } from './store.ts';
import { thinned } from '../../src/experiment/contract/thin.ts';
import { bearsOut, claimRows, type Ours } from './view.ts';

const RUNS = readRuns();
const EVIDENCE = readEvidence(RUNS);
const FOLDER = join(ROOT, 'evidence/results');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Largest result file that the repository keeps. */
const LARGEST_BYTES = 100_000;

describe('what is written from the result files', () => {
  it.each([...rebuilt(EVIDENCE)])('%s agrees with them (else: npm run evidence)', (path, text) => expect(read(path)).toBe(text));

  it('differs everywhere as soon as one score of a file does', () => {
    const file = structuredClone(EVIDENCE.get('wide-fcn') as EvidenceFile);
    const member = file.result.members.find(({ arm }) => arm === 'guided');
    if (!member) throw new Error('wide-fcn has no guided arm');
    member.final.valMetric = (member.final.valMetric ?? 0) + 0.01;
    const changed = [...rebuilt(new Map(EVIDENCE).set('wide-fcn', file))].filter(([path, text]) => read(path) !== text);
    expect(changed).toHaveLength(3);
  });
});

describe.each(Object.entries(RUNS))('the run %s', (run, words) => {
  it('was measured with its present settings (else: npm run evidence -- run)', () => {
    const file = EVIDENCE.get(run);
    expect(file, 'no result file').toBeDefined();
    expect(file?.words).toEqual(words);
    expect(file && isCurrent(file, words)).toBe(true);
  });

  it('is told with what is asked now', () => {
    const now = parseCommand([...words]);
    if (now.kind !== 'run') throw new Error('no run');
    const { question, asks, arms } = EVIDENCE.get(run)?.result.experiment ?? {};
    expect({ question, asks, arms }).toEqual({ question: now.experiment.question, asks: now.experiment.asks, arms: now.experiment.arms });
  });

  it('is kept thinned', () => {
    expect(statSync(join(FOLDER, `${run}.json`)).size).toBeLessThan(LARGEST_BYTES);
    const file = EVIDENCE.get(run) as EvidenceFile;
    expect(thinned(file.result)).toEqual(file.result);
    expect(parseEvidence(evidenceText(file), run)).toEqual(file);
    expect(file.machine).not.toBe('');
  });
});

it('names in words every run that changes its preset', () => {
  const changed = Object.entries(RUNS).filter(([run, words]) => words.includes('--set') && !run.endsWith('-rates'));
  expect(Object.keys(VARIANTS).sort()).toEqual(changed.map(([run]) => run).sort());
});

it('has no result file that no run explains', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(RUNS)
      .map((run) => `${run}.json`)
      .sort(),
  );
});

/** Percentages other than a confidence level, signed numbers and decimals: what measurements look like. */
const measurements = (text: string): string[] => (text.match(/[+−]?\d+(?:\.\d+)?\s?%|[+−]\d+|\d+\.\d+/g) ?? []).filter((found) => found !== '95 %');

const WORD = '(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)';
/** In how many seeds or arms something was seen: "every seed", "both arms", "all three seeds", "two of six". */
const COUNT = new RegExp(
  `\\b(?:(?:every|each|both|all|none|${WORD}|\\d+) (?:of )?(?:(?:the|its|\\S+) )?(?:seed|arm)s?|(?:none|${WORD}) of (?:the )?${WORD})\\b`,
  'gi',
);

/** What of a text has to come from the result files. */
const ofOurs = (text: string): string[] => [...measurements(text), ...(text.match(COUNT) ?? [])];
const withoutNames = (text: string): string => text.replace(/\{[^}]*\}/g, '');

describe('words', () => {
  it('of presets are there for every preset and type no number of ours', () => {
    expect(Object.keys(PRESET_WORDS).sort()).toEqual(PRESETS.map(({ id }) => id).sort());
    for (const [preset, { here }] of Object.entries(PRESET_WORDS)) expect(ofOurs(withoutNames(here)), preset).toEqual([]);
    for (const { id, hint } of PRESETS) expect(ofOurs(hint), id).toEqual([]);
  });

  it('of docs/results.md tell every run, and type no number', () => {
    const text = read(DOCUMENT);
    expect(runsTold(text).sort()).toEqual(Object.keys(RUNS).sort());
    expect(ofOurs(typed(text))).toEqual([]);
  });

  it('of measurements and counts are seen as such', () => {
    expect(measurements('33.2 ± 0.4 %, +20, 7 % of 24 symbols (95 % interval), 3e-3')).toEqual(['33.2', '0.4 %', '+20', '7 %']);
    const counts = [
      'every seed',
      'in all three seeds',
      'every one of the seeds',
      'Both arms',
      'none of six',
      'three of three',
      'two of the six',
      '2 of 3 seeds',
      'six seeds',
    ];
    for (const count of counts) expect(ofOurs(`learnt ${count}, so`), count).toHaveLength(1);
    expect(ofOurs('by seed, no arm leaves chance, 100 of 250 steps, one in eight, some seeds, three layers, all of it')).toEqual([]);
  });
});

/** Whether a run puts nothing to the test, as far as these arms go. */
const saysNothing = (run: string, arms: readonly string[]) => noTest((EVIDENCE.get(run) as EvidenceFile).result, arms) !== null;
const armsOf = ({ arms, compare }: Ours) => [...new Set([...arms, ...compare.flatMap(({ arm, against }) => [arm, against])])];

it('presets are called not tried exactly where no arm leaves chance', () => {
  for (const [preset, { outcome }] of Object.entries(PRESET_WORDS)) {
    const arms = EVIDENCE.get(preset)?.result.experiment.arms.map(({ id }) => id) ?? [];
    expect(outcome === 'not tried', preset).toBe(saysNothing(preset, arms));
  }
});

describe('claims', () => {
  it('have ids of their own, words, and a verdict', () => {
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
    for (const { id, claim, where, paper, why } of CLAIMS) {
      expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
      for (const text of [claim, where, paper, why]) expect(text.length, id).toBeGreaterThan(5);
      expect(ofOurs(withoutNames(why)), id).toEqual([]);
    }
  });

  it('cover the figures, tables and appendices of the paper', () => {
    const places = CLAIMS.map(({ where }) => where).join('; ');
    for (const figure of [1, 2, 3, 4, 5, 6, 9, 11, 12, 14, 16]) expect(places).toMatch(new RegExp(`Figures? (\\d+ and )?${figure}\\b`));
    for (const other of ['Figures 7 and 8', 'Table 2', 'Table 3', 'Table 5', 'Table 6', 'appendix D', 'appendix F', 'appendix H', 'appendix I', 'Appendix J'])
      expect(places).toContain(other);
  });

  it('are not tried exactly where no run has an arm that leaves chance', () => {
    for (const { id, verdict, ours } of CLAIMS) expect(verdict === 'not tried here', id).toBe(ours.every((own) => saysNothing(own.run, armsOf(own))));
  });

  it('are called reproduced only where every comparison bears them out, and not reproduced only where one does not', () => {
    for (const { id, verdict, ours } of CLAIMS) {
      const speaking = ours.filter((own) => !saysNothing(own.run, armsOf(own)));
      const borneOut = speaking.flatMap(({ run, compare }) => compare.map((compared) => bearsOut((EVIDENCE.get(run) as EvidenceFile).result, compared)));
      if (verdict === 'reproduces') expect(borneOut, id).not.toContain(false);
      if (verdict === 'does not reproduce') expect(borneOut, id).toContain(false);
    }
  });

  it('open in the Lab what was run, and say with how many seeds it was and with how many it opens', () => {
    for (const { measured } of claimRows(CLAIMS, EVIDENCE)) {
      for (const { run, link, arms, seeds } of measured) {
        const parsed = decodeLink(`#${link}`);
        expect(parsed, run).toMatchObject({ ok: true });
        if (!parsed.ok) continue;
        const ids = parsed.experiment.arms.map(({ id }) => id);
        for (const { id } of arms) expect(ids).toContain(id);
        expect(parsed.experiment.base).toEqual(EVIDENCE.get(run)?.result.experiment.base);
        for (const own of [parsed.experiment, EVIDENCE.get(run)?.result.experiment]) expect(seeds).toContain(inWords(own?.seeds.length ?? 0));
      }
    }
  });
});
