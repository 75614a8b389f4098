/** A run as files: JSON for machines and the command line, tidy CSV for statistics programs. */
import type { RunResult } from '@/experiment/contract/result.ts';
import { EVALUATION_QUANTITIES, nameOf, partsOf, quantity, STEP_QUANTITIES } from '@/experiment/series.ts';
import { stepsBefore } from '@/experiment/plan/warmup.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { RunData } from '@/state/runData.ts';

/** The result file of the command line (it holds the experiment); before the end, the experiment alone. */
export const toJson = (experiment: Experiment, result: RunResult | null): string => `${JSON.stringify(result ?? experiment, null, 1)}\n`;

export const CSV_HEADER = 'arm,seed,step,series,value';

/** Whether a file holds curves that were saved here. */
export const holdsCurves = async (file: Blob): Promise<boolean> => (await file.slice(0, CSV_HEADER.length).text()) === CSV_HEADER;

/** Names with commas or quotes are quoted (RFC 4180). */
const field = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Seven significant digits are all that a float32 has. */
const value = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(7))) : 'NaN');

/**
 * One line per value: arm, seed, step, series, value. Series are named by the table of quantities: train_loss, train_<metric>,
 * alignment_loss (of guided arms), val_loss, val_<metric> and where labels have groups val_loss and val_accuracy with
 * `:group` behind, per recorded layer pair cka, cka_debiased and cka_chance with `:guide:guide layer:target layer` behind, and
 * similarity with the measure before these for each measure besides CKA that arms learn by.
 * Steps of a warm-up are counted backwards from 0, its last one. Yields a block of lines per member, so that a long run is never one huge string.
 */
export function* csvBlocks(data: RunData): Generator<string> {
  yield `${CSV_HEADER}\n`;
  if (!data.experiment) return;
  const { task } = data.experiment;
  const parts = partsOf(data.experiment);
  const { warmup } = data;
  const before = stepsBefore(data.experiment);
  for (const [m, { arm, seed }] of data.members.entries()) {
    const lines: string[] = [];
    const own = before.get(arm) ?? 0;
    const add = (step: number, series: string, x: number) => lines.push(`${field(arm)},${seed},${step},${field(series)},${value(x)}`);
    for (const id of STEP_QUANTITIES) {
      const { values } = data.steps[id];
      const name = nameOf(id, task, 'csv');
      const warming = warmup?.steps[id].values;
      for (let row = 0; warmup && warming?.some(m) && row < warming.length; row++) {
        const step = warming.stepAt(row) - warmup.length;
        if (step > -own) add(step, name, warming.at(row, m));
      }
      if (quantity(id).sparse && !values.some(m)) continue;
      for (let row = 0; row < values.length; row++) add(values.stepAt(row), name, values.at(row, m));
    }
    for (const { step, series } of [...(warmup?.evaluations ?? []), ...data.evaluations]) {
      if (step < -own) continue;
      for (const id of EVALUATION_QUANTITIES) {
        const name = nameOf(id, task, 'csv');
        const names = parts[quantity(id).extent];
        names.forEach((part, p) => add(step, part ? `${name}:${part}` : name, series[id][m * names.length + p]));
      }
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
}
