/** Which similarity matrices are shown, and in which words. */
import { describeNetwork, type NetworkDescription, taskShape } from '@/experiment/networks/describe.ts';
import { alignedPairs, targetOf } from '@/experiment/plan/arms.ts';
import { rootOf } from '@/experiment/plan/fork.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { RunData } from '@/state/runData.ts';
import type { TableData } from '@/ui/charts/ChartTable.tsx';
import { plainNumber } from '@/ui/charts/format.ts';
import { armColour } from '@/ui/colours.ts';
import { initWord, number } from '@/ui/words.ts';

export interface MatrixPanel {
  key: string;
  title: string;
  /** The arm whose colour the title takes; null for what arms have in common. */
  arm: string | null;
  when: 'start' | 'now';
  /** `[target layers × guide layers]`, mean over seeds; NaN where a layer has collapsed. */
  values: Float32Array;
  /** Cells (target × guides + guide) that this arm pulls together. */
  aligned: ReadonlySet<number>;
}

const NO_CELLS: ReadonlySet<number> = new Set();
const NO_VALUES = new Float32Array();

/** What the layers are called, in the order of a matrix. */
export interface LayerNames {
  target: string[];
  guide: string[];
}

export function layerNames(experiment: Experiment, guide: string): LayerNames {
  const labels = ({ taps }: NetworkDescription) => taps.map((tap) => tap.label);
  return {
    target: labels(describeNetwork(experiment.target, taskShape(experiment.task))),
    guide: guide in experiment.guides ? labels(describeGuide(experiment, guide)) : [],
  };
}

function alignedCells(data: RunData, experiment: Experiment, armId: string, guide: string): ReadonlySet<number> {
  const arm = experiment.arms.find((a) => a.id === armId);
  const pairs = arm ? alignedPairs(experiment, arm).filter((pair) => pair.guide === guide) : [];
  if (pairs.length === 0) return NO_CELLS;
  const guides = data.guideTaps[guide];
  return new Set(pairs.map((pair) => data.targetTaps.indexOf(pair.targetTap) * guides.length + guides.indexOf(pair.guideTap)));
}

/**
 * The start once for all arms that start alike (the same seeds give the same weights), then every arm as it is now.
 */
export function matrixPanels(data: RunData, guide: string, field: 'cka' | 'debiased'): MatrixPanel[] {
  const { experiment, matrices } = data;
  const { first, latest } = matrices;
  if (!experiment || !first || !latest || !(guide in data.guideTaps)) return [];
  const beginnings = new Map<string, { arms: string[]; title: string }>();
  for (const arm of experiment.arms) {
    const root = rootOf(experiment, arm);
    const init = root.init ?? targetOf(experiment, arm).init;
    const own = root.target ?? root.start;
    const key = own ? `${init} ${JSON.stringify([root.target, root.start])}` : init;
    const title = own ? `start, ${root.name}` : `start, ${initWord(init)} init`;
    beginnings.set(key, { title, arms: [...(beginnings.get(key)?.arms ?? []), arm.id] });
  }
  const members = (arm: string) => data.arms.get(arm) ?? [];
  const starts = [...beginnings].map(
    ([key, { arms, title }]): MatrixPanel => ({
      key: `start ${key}`,
      title: beginnings.size === 1 ? 'start, all arms' : title,
      arm: null,
      when: 'start',
      aligned: NO_CELLS,
      values: matrices.meanMatrix(first, members(arms[0]), guide, field),
    }),
  );
  return [
    ...starts,
    ...experiment.arms.map(
      ({ id, name }): MatrixPanel => ({
        key: id,
        title: name,
        arm: id,
        when: 'now',
        aligned: alignedCells(data, experiment, id, guide),
        values: matrices.meanMatrix(latest, members(id), guide, field),
      }),
    ),
  ];
}

/** Before a run the same places are kept with empty cells. */
export const emptyPanels = (experiment: Experiment): MatrixPanel[] => [
  { key: 'start', title: 'start, all arms', arm: null, when: 'start', values: NO_VALUES, aligned: NO_CELLS },
  ...experiment.arms.map(({ id, name }): MatrixPanel => ({ key: id, title: name, arm: id, when: 'now', values: NO_VALUES, aligned: NO_CELLS })),
];

/** One arm at the start and now, with its aligned pairs in both; empty before a run. */
export function armPanels(data: RunData, guide: string, arm: string): MatrixPanel[] {
  const { experiment, matrices } = data;
  const { first, latest } = matrices;
  const members = data.arms.get(arm);
  const known = experiment && first && latest && members && guide in data.guideTaps;
  const aligned = known ? alignedCells(data, experiment, arm, guide) : NO_CELLS;
  const valuesOf = (record: typeof first) => (known && record ? matrices.meanMatrix(record, members, guide, 'cka') : NO_VALUES);
  return [
    { key: 'start', title: 'start', arm: null, when: 'start', values: valuesOf(first), aligned },
    { key: 'now', title: known ? `step ${number(latest.step)}` : 'now', arm, when: 'now', values: valuesOf(latest), aligned },
  ];
}

/** Mean of a matrix over some cells; NaN when none of them is finite. */
function meanOver(values: Float32Array, cells: Iterable<number>): number {
  let sum = 0;
  let n = 0;
  for (const cell of cells) {
    if (Number.isFinite(values[cell])) {
      sum += values[cell];
      n++;
    }
  }
  return n > 0 ? sum / n : Number.NaN;
}

/** Sentences that say what the matrices show, with the layers' names as they stand beside them. */
export function matrixSummary(guide: string, panels: readonly MatrixPanel[], names: LayerNames): string {
  if (panels.length === 0) return 'Similarity of all layers: nothing has run yet.';
  const start = panels[0].values;
  const parts = panels
    .filter((panel) => panel.arm !== null)
    .map(({ title, values, aligned }) => {
      let best = 0;
      values.forEach((value, cell) => {
        if (!(values[best] >= value)) best = cell;
      });
      const where = `${names.target[Math.floor(best / names.guide.length)]} with ${names.guide[best % names.guide.length]}`;
      const mapped =
        aligned.size > 0
          ? ` Its aligned pairs went from ${plainNumber(meanOver(start, aligned))} to ${plainNumber(meanOver(values, aligned))} on average.`
          : '';
      return `${title}: mean ${plainNumber(meanOver(values, values.keys()))}, highest ${plainNumber(values[best])} for ${where}.${mapped}`;
    });
  return (
    `CKA of every target layer with every layer of the ${guide} guide. At the start the mean is ` +
    `${plainNumber(meanOver(start, start.keys()))}. ${parts.join(' ')}`
  );
}

/** More cells than this are not listed one by one. */
const MAX_TABLE_CELLS = 600;

/** All cells of small matrices; of large ones the aligned pairs and each target layer's best match in the first arm. */
export function matrixTable(panels: readonly MatrixPanel[], { target, guide }: LayerNames): TableData {
  let cells = [...panels[0].values.keys()];
  if (cells.length > MAX_TABLE_CELLS) {
    const chosen = new Set<number>();
    for (const panel of panels) for (const cell of panel.aligned) chosen.add(cell);
    const values = panels[panels.length - 1].values;
    target.forEach((_, row) => {
      let best = row * guide.length;
      for (let cell = best; cell < (row + 1) * guide.length; cell++) if (values[cell] > values[best]) best = cell;
      chosen.add(best);
    });
    cells = [...chosen].sort((a, b) => a - b);
  }
  return {
    caption: 'CKA of target and guide layers',
    columns: [
      { key: 'pair', name: 'Target × guide layer' },
      ...panels.map(({ key, title, arm }) => ({ key, name: title, colour: arm ? armColour(arm) : undefined })),
    ],
    rows: cells.map((cell) => ({
      key: String(cell),
      cells: [`${target[Math.floor(cell / guide.length)]} × ${guide[cell % guide.length]}`, ...panels.map(({ values }) => plainNumber(values[cell]))],
    })),
  };
}
