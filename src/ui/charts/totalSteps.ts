import type { Row, Series } from './series.ts';

/** Lines over all steps that each arm has taken, those of its warm-up first, instead of over those of training. */
export function overTotalSteps(series: Series, before: ReadonlyMap<string, number>): Series {
  const rows = new Map<number, Row>();
  const rowAt = (step: number): Row => {
    const row = rows.get(step) ?? { step };
    rows.set(step, row);
    return row;
  };
  for (const row of series.rows) {
    for (const [key, value] of Object.entries(row)) {
      const arm = /^[mbt]:(.*)$/.exec(key)?.[1];
      // Levels are of no arm: they begin with training.
      if (key !== 'step' && (arm !== undefined || row.step >= 0)) rowAt(row.step + (before.get(arm ?? '') ?? 0))[key] = value;
    }
  }
  const ordered = [...rows.values()].sort((a, b) => a.step - b.step);
  return {
    ...series,
    rows: ordered,
    ends: new Map([...series.ends].map(([arm, end]) => [arm, { ...end, step: end.step + (before.get(arm) ?? 0) }])),
    lastStep: ordered.at(-1)?.step ?? 0,
  };
}
