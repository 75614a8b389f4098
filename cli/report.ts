/** The result of a run as text for a terminal. */
import { labelGroups, type Metric } from '../src/experiment/networks/describe.ts';
import type { MemberResult, RunResult } from '../src/experiment/contract/result.ts';
import { questionOf } from '../src/experiment/question.ts';
import { mean, sampleSd, verdictOfResult } from '../src/stats/index.ts';

const present = (values: (number | null)[]): number[] => values.filter((v): v is number => v !== null && Number.isFinite(v));

/** "53.9 ± 1.2 %" for fractions, "1.234 ± 0.010" for others, "—" for nothing. */
export function spread(all: (number | null)[], asPercent: boolean): string {
  const values = present(all);
  if (values.length === 0) return '—';
  const show = (value: number) => (asPercent ? (100 * value).toFixed(1) : value.toFixed(3));
  // One value has no spread.
  const sd = values.length < 2 ? '' : ` ± ${show(sampleSd(values))}`;
  return `${show(mean(values))}${sd}${asPercent ? ' %' : ''}`;
}

const percentage = (metric: Metric): boolean => metric.name === 'accuracy';

/** Columns padded to their widest cell; the first one flush left, the others flush right. */
export function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('   ')
      .trimEnd();
  return [line(rows[0]), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.slice(1).map(line)].join('\n');
}

/** Mean similarity over an arm's own pairs and seeds, at the end. */
function similarity(members: MemberResult[], guide: string): string {
  const values = present(members.flatMap(({ pairs }) => pairs.filter((pair) => pair.guide === guide).map(({ end }) => end)));
  return values.length === 0 ? '—' : mean(values).toFixed(3);
}

/** The summary: the answer in the words of the page, what ran where, one row per arm, what limits the answer, and what went wrong on the way. */
export function summary(result: RunResult): string {
  const { experiment, environment, metric, timing, members } = result;
  const { headline, others, detail } = verdictOfResult(result);
  const text = (parts: typeof headline) => parts.map((part) => part.text).join('');
  const percent = percentage(metric);
  const seeds = experiment.seeds.length;
  const guides = Object.keys(experiment.guides);
  const groups = labelGroups(experiment.task);
  const rows = experiment.arms.map(({ id, name }) => {
    const own = members.filter(({ arm }) => arm === id);
    const diverged = own.filter((member) => member.diverged).length;
    return [
      diverged > 0 ? `${name} (${diverged} of ${own.length} diverged)` : name,
      spread(
        own.map(({ final }) => final.valMetric),
        percent,
      ),
      spread(
        own.map(({ best }) => best.valMetric),
        percent,
      ),
      spread(
        own.map(({ final }) => final.valLoss),
        false,
      ),
      ...groups.map((_, g) =>
        spread(
          own.map((member) => member.groups?.[g].accuracy ?? null),
          true,
        ),
      ),
      spread(
        own.map(({ final }) => final.trainLoss),
        false,
      ),
      ...guides.map((guide) => similarity(own, guide)),
    ];
  });
  const score = (value: number) => (percent ? `${(100 * value).toFixed(1)} %` : value.toFixed(3));
  const guideLines = guides.map((id) => {
    const networks = result.guides.filter((guide) => guide.id === id);
    const origin = networks[0]
      ? `${networks[0].state}, ${networks[0].source.replace('-', ' ')}`
      : experiment.guides[id].state === 'control'
        ? 'control, no outputs'
        : 'not used';
    return `Guide "${id}" (${origin}): ${metric.name} ${spread(
      networks.map((guide) => guide.score),
      percent,
    )}`;
  });
  return [
    questionOf(experiment),
    text(headline),
    ...(others.length > 0 ? [text(others)] : []),
    '',
    `${experiment.base.steps} steps, ${seeds} seed${seeds === 1 ? '' : 's'}, ${timing.seconds.toFixed(0)} s (${timing.stepsPerSecond.toFixed(1)} steps/s) on ${environment.backend} (${environment.adapter})`,
    ...guideLines,
    `Chance: ${score(metric.chance)}`,
    '',
    table([
      ['Arm', `val ${metric.name}`, 'best', 'val loss', ...groups.map((name) => `${name} right`), 'train loss', ...guides.map((guide) => `CKA ${guide}`)],
      ...rows,
    ]),
    '',
    detail,
    ...(result.events.length > 0 ? ['', 'Notes:', ...result.events.map(({ step, text }) => `  step ${step}: ${text}`)] : []),
  ].join('\n');
}
