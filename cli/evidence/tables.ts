/** What docs/results.md has of a run: its command, where and when, a table of arms, one of differences, one of similarities, the verdict. */
import { verdictOfResult } from '../../src/stats/index.ts';
import { pValue, unitOf } from '../../src/stats/words.ts';
import type { RunResult } from '../../src/experiment/contract/result.ts';
import { ckaOf, type Field, groupsOf, guideText, scoreText, verdictText } from './quantities.ts';
import { commandOf, type EvidenceFile } from './store.ts';

/** Rows of cells as a Markdown table. */
export function markdownTable([heads, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** "30 November 2026" */
export const dateText = (iso: string | undefined): string =>
  iso === undefined ? 'date not kept' : new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "seeds 0–2", "seeds 3, 5 and 8" */
export function seedsText(seeds: readonly number[]): string {
  const inOrder = seeds.every((seed, i) => i === 0 || seed === seeds[i - 1] + 1);
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  return `seeds ${inOrder ? `${seeds[0]}–${seeds[seeds.length - 1]}` : seeds.join(', ')}`;
}

/** "Chromium 156" out of what the browser calls itself. */
const browserText = (name: string): string => name.replace(/^.*Chrome\/(\d+).*$/, 'Chromium $1');

/** Where and when, and how long it took. */
export function madeText({ machine, result }: EvidenceFile): string {
  const { environment, timing, experiment, finishedAt } = result;
  const { backend, adapter, browser } = environment;
  return [
    dateText(finishedAt),
    machine,
    `${backend === 'wasm' ? 'WASM' : backend} (${adapter})`,
    browserText(browser),
    `${experiment.base.steps.toLocaleString('en')} steps, ${seedsText(experiment.seeds)}`,
    `${Math.round(timing.seconds).toLocaleString('en')} s`,
  ].join('; ');
}

/** Columns of the table of arms; those that would be empty are left out. */
function columnsOf(result: RunResult): { head: string; fields: [Field, Field?] }[] {
  const [group] = groupsOf(result);
  const normed = result.members.some(({ final }) => final.valMetricRecalibrated !== null && final.valMetricRecalibrated !== final.valMetric);
  return [
    { head: `val ${result.metric.name}`, fields: ['final'] },
    { head: 'best', fields: ['best'] },
    ...(normed ? [{ head: 'recalibrated', fields: ['recalibrated'] as [Field] }] : []),
    { head: 'val loss (lowest)', fields: ['loss', 'lowest'] },
    ...(group === undefined ? [] : [{ head: `${group} right`, fields: ['right'] as [Field] }]),
    { head: 'train', fields: ['train'] },
  ];
}

function armTable(result: RunResult): string {
  const columns = columnsOf(result);
  const arms = result.experiment.arms.map(({ id, name }) => [
    name,
    ...columns.map(({ fields: [field, beside] }) => {
      const main = scoreText(result, id, field, field !== 'best');
      return beside === undefined ? main : `${main} (${scoreText(result, id, beside, false)})`;
    }),
  ]);
  const guides = [...new Set(result.guides.filter(({ state }) => state === 'trained').map(({ id }) => id))].map((guide) => [
    `the ${guide} guide itself`,
    guideText(result, guide),
    ...columns.slice(1).map(() => ''),
  ]);
  return markdownTable([['arm', ...columns.map(({ head }) => head)], ...arms, ...guides]);
}

const CLAIMS: Record<string, string> = {
  better: 'better',
  worse: 'worse',
  equivalent: 'level',
  'no difference': 'within noise',
  'not claimed': 'seen, not claimed',
  'too few seeds': 'too few seeds',
  'no claim': 'no claim',
};

/** Every arm against the one that the question names, with the intervals that the verdict uses. */
function differenceTable(result: RunResult): string {
  const { comparisons, reference } = verdictOfResult(result);
  if (comparisons.length === 0) return '';
  const unit = unitOf(result.metric.name);
  const nameOf = (id: string) => result.experiment.arms.find((arm) => arm.id === id)?.name ?? id;
  const exact = comparisons.some(({ p }) => p !== null);
  const rows = comparisons.map(({ arm, meanDifference, ci, confidence, p, wins, n, claim }) => [
    nameOf(arm),
    unit.difference(meanDifference),
    ci === null ? '–' : `${unit.interval(ci)}${confidence === 0.95 ? '' : ` (${Number((100 * confidence).toFixed(1))} %)`}`,
    ...(exact ? [p === null ? '–' : pValue(p).replace('p = ', '')] : []),
    `${wins} of ${n}`,
    CLAIMS[claim],
  ]);
  const points = result.metric.name === 'accuracy' ? 'points' : result.metric.name;
  return markdownTable([
    [`against ${nameOf(reference)}`, `paired difference, ${points}`, '95 % interval', ...(exact ? ['p, exact'] : []), 'better in', 'claimed'],
    ...rows,
  ]);
}

/** Mean CKA of every arm with every guide that an arm is aligned to. */
function similarityTable(result: RunResult): string {
  const guides = [...new Set(result.members.flatMap(({ pairs }) => pairs.map(({ guide }) => guide)))];
  const rows = guides.flatMap((guide) =>
    result.experiment.arms.flatMap(({ id, name }) => {
      const end = ckaOf(result, id, guide, 'end');
      if (end === null) return [];
      const of = (when: 'start' | 'startDebiased' | 'endDebiased' | 'chance') => ckaOf(result, id, guide, when) ?? '–';
      return [[name, guide, `${of('start')} → ${end}`, `${of('startDebiased')} → ${of('endDebiased')}`, of('chance')]];
    }),
  );
  if (rows.length === 0) return '';
  const table = markdownTable([['arm', 'guide', 'biased, start → end', 'debiased', 'chance at the end'], ...rows]);
  return `<details><summary>Mean CKA over the aligned pairs</summary>\n\n${table}\n\n</details>`;
}

/** What was run, where and when, and its arms. */
const head = (file: EvidenceFile): string[] => [`\`\`\`\n${commandOf(file)}\n\`\`\``, `*${madeText(file)}.*`, armTable(file.result)];

/** The arms of a run that asks nothing. */
export const armsText = (file: EvidenceFile): string => head(file).join('\n\n');

/** The whole passage of a run. */
export function runText(file: EvidenceFile): string {
  const { result } = file;
  return [
    ...head(file),
    differenceTable(result),
    `Verdict, as printed: “${verdictText(result)}”`,
    similarityTable(result),
    ...(result.events.length > 0 ? [`Notes of the run: ${result.events.map(({ text }) => text).join(' ')}`] : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
