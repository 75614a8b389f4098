/** Arms of the presets that take the method apart. */
import type { AlignTerm, ArmSpec, Course, MappingSpec, MeasureSpec, WarmupSpec } from '../schema/schema.ts';

/** An arm that is aligned to one guide, with what is particular about it. */
export const aligned = (id: string, name: string, guide: string, weight: number, particular: Partial<AlignTerm>): ArmSpec => ({
  id,
  name,
  terms: [{ kind: 'align', guide, weight, ...particular }],
});

export const until = (step: number): { course: Course } => ({ course: { kind: 'until', step } });

/** As the paper's Table 5 and 6 have them. */
export const atLayers = (guide: string, weight: number, counts: readonly number[]): ArmSpec[] =>
  (['first', 'last'] as const).flatMap((rule) =>
    counts.map((count) => {
      const mapping: MappingSpec = { rule, count };
      return aligned(`${rule}-${count}`, count === 1 ? `The ${rule} layer` : `The ${rule} ${count} layers`, guide, weight, { mapping });
    }),
  );

/** By other measures than CKA, at the weight that suits CKA. */
const MEASURES: readonly (readonly [id: string, name: string, measure: MeasureSpec['name']])[] = [
  ['guided-debiased', 'Debiased CKA', 'cka-debiased'],
  ['guided-rbf', 'RBF CKA', 'rbf-cka'],
  ['guided-rsa', 'RSA', 'rsa'],
  ['guided-ridge', 'Ridge regression', 'ridge'],
  ['guided-cca', 'CCA', 'cca'],
  ['guided-soft-knn', 'Soft neighbours', 'soft-knn'],
];
export const byMeasures = (guide: string, weight: number): ArmSpec[] =>
  MEASURES.map(([id, name, measure]) => aligned(id, name, guide, weight, { measure: { name: measure } }));

/** Steps of a warm-up. The paper's has 300, of a longer run. */
const WARMUP_STEPS = 200;

/** Aligned before step 0, and trained alone from there (the paper's Figure 4). */
export const warmedUp = (id: string, name: string, guide: string, inputs: WarmupSpec['inputs']): ArmSpec => ({
  ...aligned(id, name, guide, 1, until(0)),
  warmup: { steps: WARMUP_STEPS, inputs, loss: 'align', keepOptimiser: false },
});

/** Trained on another task before step 0: a start that needs no guide. */
export const pretrained = (id: string, name: string, task: Exclude<WarmupSpec['inputs'], string>, steps = WARMUP_STEPS): ArmSpec => ({
  id,
  name,
  terms: [],
  warmup: { steps, inputs: task, loss: 'task', keepOptimiser: false },
});
