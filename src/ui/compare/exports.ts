/** A run as files: JSON for machines and the command line, tidy CSV for statistics programs. */
import { labelGroups, taskMetric } from '@/experiment/networks/describe.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
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
 * One line per value: arm, seed, step, series, value. Series: train_loss, train_<metric>, val_loss, val_<metric> and
 * where labels have groups val_loss and val_accuracy with `:group` behind, per recorded layer pair cka, cka_debiased and cka_chance with `:guide:guide layer:target layer` behind.
 * Yields a block of lines per member, so that a long run is never one huge string.
 */
export function* csvBlocks(data: RunData): Generator<string> {
  yield `${CSV_HEADER}\n`;
  if (!data.experiment) return;
  const metric = taskMetric(data.experiment.task).name;
  const groups = labelGroups(data.experiment.task);
  const pairNames = data.pairs.map((pair) => `${pair.guide}:${pair.guideTap}:${pair.targetTap}`);
  for (const [m, { arm, seed }] of data.members.entries()) {
    const lines: string[] = [];
    const add = (step: number, series: string, x: number) => lines.push(`${field(arm)},${seed},${step},${field(series)},${value(x)}`);
    for (const [series, name] of [
      [data.trainLoss, 'train_loss'],
      [data.trainMetric, `train_${metric}`],
    ] as const) {
      for (let row = 0; row < series.length; row++) add(series.stepAt(row), name, series.at(row, m));
    }
    for (const evaluation of data.evaluations) {
      add(evaluation.step, 'val_loss', evaluation.valLoss[m]);
      add(evaluation.step, `val_${metric}`, evaluation.valMetric[m]);
      groups.forEach((name, g) => {
        add(evaluation.step, `val_loss:${name}`, evaluation.groups?.loss[m * groups.length + g] ?? Number.NaN);
        add(evaluation.step, `val_accuracy:${name}`, evaluation.groups?.accuracy[m * groups.length + g] ?? Number.NaN);
      });
      pairNames.forEach((name, p) => {
        add(evaluation.step, `cka:${name}`, data.similarity(evaluation, m, p, 'cka'));
        add(evaluation.step, `cka_debiased:${name}`, data.similarity(evaluation, m, p, 'debiased'));
        add(evaluation.step, `cka_chance:${name}`, data.similarity(evaluation, m, p, 'chance'));
      });
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }
}
