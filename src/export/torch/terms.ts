/** The terms of an arm's loss as calls of the Python classes in `parts/terms.py` and beside it. */
import {
  type Alignment,
  alignmentOf,
  type DistilSettings,
  distilSettings,
  matchedPairs,
  matchSettings,
  observedPairs,
  regulariseSettings,
  sharedTokens,
} from '../../experiment/plan/arms.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import { exampleControl, standsAlone } from '../../experiment/plan/guides.ts';
import type { WeightedPair } from '../../experiment/plan/mapping.ts';
import { measuresInUse } from '../../experiment/plan/plan.ts';
import { isLearnt, isRecorded, measureKey, type RecordedMeasure, saidOf } from '../../experiment/schema/measures.ts';
import type { ArmSpec, Course, Experiment, MatchTerm, RegulariseTerm, Term, TokenView } from '../../experiment/schema/schema.ts';
import { isDrawn } from '../../experiment/schema/schema.ts';
import { alignByMap } from './maps.ts';
import { call, code, type Python, tuple } from './python.ts';

export const VIEWS: Record<TokenView, { view: string; sets: string }> = {
  position: { view: 'by_position', sets: 'examples_by_position' },
  flattened: { view: 'whole', sets: 'whole_examples' },
  'all-tokens': { view: 'by_token', sets: 'every_token_an_example' },
  'last-token': { view: 'only_last_token', sets: 'last_tokens' },
};

/** The function of every measure. */
const MEASURE_FUNCTIONS: Record<RecordedMeasure['name'], string> = {
  cka: 'cka',
  'cka-debiased': 'cka_debiased',
  'rbf-cka': 'rbf_cka',
  rsa: 'rsa',
  'rsa-correlation': 'rsa_correlation',
  'rsa-euclidean': 'rsa_euclidean',
  ridge: 'ridge_regression',
  procrustes: 'procrustes',
  cca: 'cca',
  sp: 'sp',
  rkd: 'rkd',
  'soft-knn': 'soft_knn',
  'mutual-knn': 'mutual_neighbours',
  svcca: 'svcca',
  'rsa-spearman': 'rsa_spearman',
  'ridge-absolute': 'ridge_absolute',
};

/** A measure as a function, with its option where one is stated. */
function measureFunction({ name, ...options }: RecordedMeasure): Python {
  const known = code(MEASURE_FUNCTIONS[name]);
  const stated = Object.entries(options).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return stated.length > 0 ? call('partial', Object.fromEntries(stated), known) : known;
}

/** Examples of a set on the probe at most: EVALUATION_CHUNK images or sequences, or PROBE_TOKENS tokens and some. */
const PROBE_EXAMPLES = { each: 256, tokens: 1024 };

/** The measures by which pairs are followed besides CKA, by name; some look at fewer examples than the probe has. */
export function followedMeasures(experiment: Experiment): Record<string, Python> {
  const all = taskShape(experiment.task).tokens && sharedTokens(experiment.base) === 'all-tokens' ? PROBE_EXAMPLES.tokens : PROBE_EXAMPLES.each;
  const entries = measuresInUse(experiment).map((measure): [string, Python] => {
    const { most = all } = saidOf(measure);
    return [measureKey(measure), most < all ? call('of_first', {}, most, measureFunction(measure)) : measureFunction(measure)];
  });
  return Object.fromEntries(entries);
}

/** What a course that ends when a number stalls looks at. */
function stallNumber(experiment: Experiment, { of }: Extract<Course, { kind: 'stall' }>, term: Term): Python {
  if (of === 'validation loss') return code('validation_loss');
  if (term.kind !== 'align') return call('similarity_by', {}, 'cka', []);
  const { guide, pairs, measure } = alignmentOf(experiment, term);
  const observed = observedPairs(experiment);
  const places = pairs.map(({ guideTap, targetTap }) =>
    observed.findIndex((pair) => pair.guide === guide && pair.guideTap === guideTap && pair.targetTap === targetTap),
  );
  return call('similarity_by', {}, isRecorded(measure) ? measureKey(measure) : measure.name, places);
}

/** @param since the step at which the arm begins to be this one */
function course(experiment: Experiment, term: Term, since: number): Python | undefined {
  const of = term.course;
  switch (of?.kind) {
    case undefined:
    case 'whole':
      return undefined;
    case 'until':
      return call('until', {}, of.step);
    case 'between':
      return call('between', {}, of.from, of.to);
    case 'every':
      return call('every', {}, of.steps);
    case 'decay':
      return call(`${of.shape}_decay`, {}, of.steps);
    case 'stall':
      return call('until_stalled', { patience: of.patience, since: since > 0 ? since : undefined }, stallNumber(experiment, of, term));
  }
}

const layersOf = (name: string): string => `LAYERS[${JSON.stringify(name)}]`;

/** The pairs of a mapping: by its rule where there is one. */
function pairs(experiment: Experiment, { guide, mapping, pairs: found }: Pick<Alignment, 'guide' | 'mapping' | 'pairs'>): Python {
  if (isDrawn(mapping) || standsAlone(experiment, guide)) return found.map(({ guideTap, targetTap }) => tuple(guideTap, targetTap));
  const layers = `${layersOf(guide)}, ${layersOf('target')}`;
  const all = `even(${layers})`;
  switch (mapping.rule) {
    case 'even':
      return code((mapping.perTarget ?? 1) > 1 ? `even(${layers}, per_target=${mapping.perTarget})` : all);
    case 'first':
      return code(`${all}[:${mapping.count}]`);
    case 'last':
      return code(`${all}[-${mapping.count}:]`);
    case 'reversed':
      return code(`reversed_guide(${all})`);
    case 'random':
      return code(`drawn(${all}, ${layersOf(guide)}, seed=${mapping.seed})`);
    case 'none':
      return [];
  }
}

/** Factors on the weight pair by pair, where they are not all 1. */
function shares(of: readonly WeightedPair[]): Python | undefined {
  const factors = of.map((pair) => pair.weight);
  return factors.some((share) => share !== 1) ? factors : undefined;
}

function align(experiment: Experiment, arm: ArmSpec, alignment: Alignment, moves: Python | undefined): Python {
  const { guide, weight, reduction, measure } = alignment;
  const { tokens } = taskShape(experiment.task);
  const options = {
    pairs: pairs(experiment, alignment),
    weight: reduction === 'mean' ? code(`${weight} / ${Math.max(1, alignment.pairs.length)}`) : weight,
    measure: isLearnt(measure) ? undefined : measureFunction(measure),
    view: code(tokens ? VIEWS[alignment.tokens].view : 'whole'),
    course: moves,
    shares: shares(alignment.pairs),
  };
  if (isLearnt(measure)) return alignByMap(experiment, arm, alignment, options);
  return call(exampleControl(experiment.guides[guide]) === 'shuffled' ? 'AlignShuffled' : 'Align', options, guide);
}

function distil({ guide: teacher, direction, temperature, kdWeight }: DistilSettings, moves: Python | undefined): Python {
  if (direction === 'logits') return call('DistilLogits', { weight: kdWeight, course: moves }, teacher);
  return call('Distil', { temperature, weight: kdWeight, reverse: direction === 'reverse' ? true : undefined, course: moves }, teacher);
}

function match(experiment: Experiment, spec: MatchTerm, moves: Python | undefined): Python {
  const { guide, what, weight, mapping } = matchSettings(experiment.base, spec);
  if (what === 'outputs') return call('MatchOutputs', { weight, course: moves }, guide);
  const found = matchedPairs(experiment, spec);
  const examples = code(taskShape(experiment.task).tokens ? 'units_of_tokens' : 'units_of_images');
  return call('MatchMoments', { pairs: pairs(experiment, { guide, mapping, pairs: found }), weight, examples, course: moves, shares: shares(found) }, guide);
}

function regularise(experiment: Experiment, spec: RegulariseTerm, moves: Python | undefined): Python {
  const { what, weight, dimension, taps } = regulariseSettings(experiment, spec);
  const number = what === 'participation-ratio' ? code('spectral_concentration') : call('partial', { dimension }, code('missed_dimension'));
  return call('Regularise', { taps: [...taps], weight, course: moves }, number);
}

function term(experiment: Experiment, arm: ArmSpec, spec: Term): Python {
  const moves = course(experiment, spec, arm.fork?.step ?? 0);
  switch (spec.kind) {
    case 'align':
      return align(experiment, arm, alignmentOf(experiment, spec), moves);
    case 'distil':
      return distil(distilSettings(spec), moves);
    case 'match':
      return match(experiment, spec, moves);
    case 'regularise':
      return regularise(experiment, spec, moves);
  }
}

/** Whether a term is part of the loss at all. */
const counts = (spec: Term): boolean => !('weight' in spec) || spec.weight > 0;

/** The terms of an arm, in order. */
export const armTerms = (experiment: Experiment, arm: ArmSpec): Python[] => arm.terms.filter(counts).map((spec) => term(experiment, arm, spec));

/** The layers over which mappings of terms are spread, by the name of their network; empty without such a term. */
export function mappedNetworks(experiment: Experiment): string[] {
  const byRule = experiment.arms.flatMap(({ terms }) =>
    terms.filter(counts).flatMap((spec): string[] => {
      if (spec.kind !== 'align' && !(spec.kind === 'match' && spec.what === 'moments')) return [];
      const mapping = spec.mapping ?? experiment.base.mapping;
      return isDrawn(mapping) || mapping.rule === 'none' || standsAlone(experiment, spec.guide) ? [] : [spec.guide];
    }),
  );
  return [...new Set(byRule)];
}
