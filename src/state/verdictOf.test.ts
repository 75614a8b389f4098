import { expect, it } from 'vitest';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { EVALUATION_QUANTITIES, gaps } from '@/experiment/series.ts';
import { RunData } from './runData.ts';
import { verdictOf } from './verdictOf.ts';

const experiment = findPreset('wide-fcn')?.experiment as Experiment;

/** One evaluation at the end: every arm reaches what it is given, a point more in each further seed. */
function ended(levels: Record<string, number>): RunData {
  const data = new RunData(experiment);
  const valMetric = Float32Array.from(data.members, ({ arm, seed }) => (levels[arm] ?? 0.3) + 0.01 * experiment.seeds.indexOf(seed));
  data.apply({
    type: 'evaluation.recorded',
    record: { step: experiment.base.steps, series: { ...gaps(EVALUATION_QUANTITIES, experiment), valMetric }, matrices: {}, predictions: new Uint16Array() },
  });
  return data;
}

const said = (data: RunData, finished = true) =>
  verdictOf(data, finished)
    ?.headline.map(({ text }) => text)
    .join('');

it('is made once for all who ask, and anew when something else was heard', () => {
  const data = ended({ guided: 0.6 });
  const first = verdictOf(data, true);
  expect(verdictOf(data, true)).toBe(first);
  expect(first?.comparisons.find(({ arm }) => arm === 'guided')?.n).toBe(experiment.seeds.length);
  data.apply({ type: 'member.diverged', arm: 'guided', seed: experiment.seeds[0], step: 3 });
  expect(verdictOf(data, true)?.comparisons.find(({ arm }) => arm === 'guided')?.n).toBe(experiment.seeds.length - 1);
  expect(said(data, false)).toMatch(/ so far\. |^Too early/);
  data.apply({ type: 'intervention.applied', intervention: { step: 5, set: { guidance: false } } });
  expect(said(data)).toContain('Changed while it ran: guidance off');
});

it('holds the arms against the most frequent class, where the lab has told it', () => {
  const data = ended({ guided: 0.6 });
  data.apply({ type: 'labels.known', labels: Uint16Array.from({ length: 80 }, (_, i) => (i < 40 ? 1 : [0, 2, 3, 4][i % 4])) });
  expect(said(data)).toMatch(/Unguided.* do not beat always answering “.+” \(50\.0 %\)\.$/);
});
