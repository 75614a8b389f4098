/** What a run of the shelf is called as long as nobody has named it: by what differs from its preset. */
import { changesBetween } from '@/experiment/changes.ts';
import type { Change, Json } from '@/experiment/link.ts';
import { describeNetwork, taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import { measureWords } from '@/experiment/schema/measures.ts';
import type { AlignTerm, ArmSpec, BaseSettings, Experiment } from '@/experiment/schema/schema.ts';
import { courseWords } from '@/experiment/settingWords.ts';
import { presetOf } from '@/state/experiment.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { interventionWords, mappingWords, number, optimiserName, plural, scheduleName } from './words.ts';

/** More are counted. */
const TOLD = 3;
const TOLD_AGAINST = 6;

/** What is not a setting, or is told by others of them. */
const SILENT = /^((question|asks|revision|preset|version)(\.|$)|arms\.[^.]+\.name$)/;

/**
 * What a run is about comes first, and of that the weights, by which runs of one idea differ most; bookkeeping comes last.
 * A path belongs to the first that it matches.
 */
const ORDER: readonly RegExp[] = [
  /^arms\..*weight$/i,
  /^arms\./,
  /^guides\./,
  /^base\.(mapping|measure|reduction|tokens)/,
  /^task\b(?!\.valExamples$)/,
  /^target\b/,
  /^interventions/,
  /^base\.(learningRate|optimiser)/,
  /^seeds/,
  /^base\.steps$/,
];

const rankOf = ([path]: Change): number => {
  const rank = ORDER.findIndex((part) => part.test(path));
  return rank < 0 ? ORDER.length : rank;
};

/** Fields whose own name says little. */
const FIELDS: Record<string, string> = {
  learningRate: 'learning rate',
  batchSize: 'batch',
  evaluateEvery: 'evaluated every',
  labelSmoothing: 'label smoothing',
  clipNorm: 'clipped at',
  ceWeight: 'weight of CE',
  kdWeight: 'weight of KL',
  valExamples: 'validation examples',
  observe: 'what is recorded',
};

const spaced = (name: string): string => FIELDS[name] ?? name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

/** What several fields are, in one expression: of a mapping, a measure, a schedule. */
function wholeWords(part: string, of: Partial<Pick<BaseSettings, 'mapping' | 'measure' | 'schedule' | 'optimiser'>>): string | null {
  if (part === 'mapping' && of.mapping) return `mapping ${mappingWords(of.mapping)}`;
  if (part === 'measure' && of.measure) return measureWords(of.measure);
  if (part === 'schedule' && of.schedule) return `schedule ${scheduleName(of.schedule)}`;
  if (part === 'optimiser' && of.optimiser) return optimiserName(of.optimiser);
  return null;
}

/** A value that fits into a name. */
function valueWords(value: Json | undefined): string | null {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return null;
}

/** "dropout 0.2", "mapping changed", "no clip norm" */
function fieldWords(field: string, change: Change): string {
  if (change.length === 1) return `no ${spaced(field)}`;
  const [, value] = change;
  if (value === null) return field === 'clipNorm' ? 'no clipping' : `no ${spaced(field)}`;
  const words = valueWords(value);
  return words === null ? `${spaced(field)} changed` : `${spaced(field)} ${words}`;
}

function armWords(from: Experiment, to: Experiment, id: string, rest: readonly string[], change: Change): string {
  const find = ({ arms }: Experiment): ArmSpec | undefined => arms.find((arm) => arm.id === id);
  const arm = find(to);
  if (rest.length === 0) return change.length === 1 ? `without “${find(from)?.name ?? id}”` : `with “${arm?.name ?? id}”`;
  const [part, kind, inner] = rest;
  const told = (words: string) => `${arm?.name ?? id}: ${words}`;
  if (part !== 'terms') return told(change.length === 1 ? `no ${spaced(part)} of its own` : fieldWords(rest[rest.length - 1], change));
  if (inner === undefined) return told(change.length === 1 ? `not ${DONE[kind] ?? kind}` : (DONE[kind] ?? kind));
  const term: Partial<AlignTerm> = (arm?.terms.find((each) => each.kind === kind) as AlignTerm | undefined) ?? {};
  if (inner === 'course') return told(courseWords(term.course ?? { kind: 'whole' }, to.base.steps));
  const whole = wholeWords(inner, term);
  if (whole) return told(whole);
  const words = fieldWords(rest[rest.length - 1], change);
  // Of the only arm that has anything of the kind nobody needs to be told which.
  return to.arms.filter(({ terms }) => terms.length > 0).length === 1 ? words : told(words);
}

const DONE: Record<string, string> = { align: 'guided', distil: 'distilled', regularise: 'regularised', match: 'matched' };

/** "6 seeds"; where there are as many others, which. */
const seedWords = (from: Experiment, { seeds }: Experiment): string =>
  seeds.length === from.seeds.length ? `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.map(number).join(', ')}` : plural(seeds.length, 'seed');

/** @param alone no other field of the same part differs */
function changeWords(from: Experiment, to: Experiment, change: Change, alone: boolean): string {
  const [path] = change;
  const [part, ...rest] = path.split('.');
  const field = rest[rest.length - 1] ?? part;
  switch (part) {
    case 'seeds':
      return seedWords(from, to);
    case 'interventions':
      return to.interventions.map(interventionWords).join('; ') || 'nothing changed by hand';
    case 'arms':
      return armWords(from, to, rest[0], rest.slice(1), change);
    case 'task':
      return to.task.kind === from.task.kind ? `task ${fieldWords(field, change)}` : `${taskTitle(to.task)}, changed`;
    case 'guides':
      if (rest.length === 1) return change.length === 1 ? `without the ${rest[0]} guide` : `with a ${rest[0]} guide`;
      return alone ? `${rest[0]} guide ${fieldWords(field, change)}` : `another ${rest[0]} guide`;
    case 'target':
      return alone ? `target ${fieldWords(field, change)}` : `target ${describeNetwork(to.target, taskShape(to.task)).title}`;
    case 'base':
      return path === 'base.steps' ? plural(to.base.steps, 'step') : (wholeWords(rest[0], to.base) ?? fieldWords(field, change));
    default:
      return fieldWords(field, change);
  }
}

/** Fields of one network or guide are told together. */
const groupOf = ([path]: Change): string =>
  path
    .split('.')
    .slice(0, path.startsWith('guides.') ? 2 : 1)
    .join('.');

/** In what an experiment differs from another, in words: what it is about first, bookkeeping last. Empty where all is the same. */
export function differenceWords(from: Experiment, to: Experiment): string[] {
  const all = changesBetween(from, to).filter(([path]) => !SILENT.test(path));
  const alone = (change: Change) => all.filter((other) => groupOf(other) === groupOf(change)).length === 1;
  const inOrder = [...all].sort((a, b) => rankOf(a) - rankOf(b));
  return [...new Set(inOrder.map((change) => changeWords(from, to, change, alone(change))))];
}

/** "Guided: weight 3 · 600 steps · 2 more" */
function shortened(words: readonly string[], told: number): string {
  const more = words.length - told;
  return [...words.slice(0, told), ...(more > 0 ? [`${number(more)} more`] : [])].join(' · ');
}

/** "600 steps · 6 seeds"; of the preset as it is, its title. */
export function derivedName(experiment: Experiment): string {
  const preset = presetOf(experiment);
  return shortened(differenceWords(preset.experiment, experiment), TOLD) || preset.title;
}

/** What tells a run from the newest of the same preset; null for that one. @param runs of the shelf, the newest first */
export function againstNewest(run: ShelvedRun, runs: readonly ShelvedRun[]): string | null {
  const newest = runs.find(({ experiment }) => experiment.preset === run.experiment.preset);
  if (!newest || newest.id === run.id) return null;
  return shortened(differenceWords(newest.experiment, run.experiment), TOLD_AGAINST) || 'nothing: the same settings';
}

/** As a person has named it, else by what differs. */
export const runName = ({ name, experiment }: { name: string | null; experiment: Experiment }): string => name ?? derivedName(experiment);
