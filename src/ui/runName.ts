/** What a run of the shelf is called as long as nobody has named it: by what differs from its preset. */
import { changesBetween } from '@/experiment/changes.ts';
import type { Change, Json } from '@/experiment/link.ts';
import { describeNetwork, taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import type { ArmSpec, Course, Experiment, Intervention } from '@/experiment/schema/schema.ts';
import { courseWords } from '@/experiment/settingWords.ts';
import { presetOf } from '@/state/experiment.ts';
import { interventionWords, number, plural } from './words.ts';

/** More are counted. */
const TOLD = 3;

/** What is not a setting, or is told by others of them. */
const SILENT = /^((question|asks|revision|preset|version)(\.|$)|arms\.[^.]+\.name$)/;

/** What a run is about comes first. */
const ORDER: readonly (keyof Experiment)[] = ['base', 'arms', 'target', 'guides', 'task', 'seeds', 'interventions'];

/** What is named as a whole where several of its fields differ. */
const WHOLE: Partial<Record<keyof Experiment, (experiment: Experiment) => string>> = {
  target: ({ target, task }) => `target ${describeNetwork(target, taskShape(task)).title}`,
  guides: () => 'other guides',
  task: ({ task }) => `${taskTitle(task)}, changed`,
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
};

const spaced = (name: string): string => FIELDS[name] ?? name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);

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

function armWords(experiment: Experiment, preset: Experiment, id: string, rest: readonly string[], change: Change): string {
  const named = (arms: readonly ArmSpec[]) => arms.find((arm) => arm.id === id)?.name ?? id;
  if (rest.length === 0) return change.length === 1 ? `without “${named(preset.arms)}”` : `with “${named(experiment.arms)}”`;
  const field = rest[rest.length - 1];
  const [term, kind, inner] = rest;
  if (term === 'terms' && inner === undefined) return `${named(experiment.arms)}: ${change.length === 1 ? `not ${DONE[kind] ?? kind}` : (DONE[kind] ?? kind)}`;
  if (inner === 'course') {
    const course = experiment.arms.find((arm) => arm.id === id)?.terms.find((each) => each.kind === kind) as { course?: Course } | undefined;
    return `${named(experiment.arms)}: ${courseWords(course?.course ?? { kind: 'whole' }, experiment.base.steps)}`;
  }
  return `${named(experiment.arms)}: ${fieldWords(field, change)}`;
}

const DONE: Record<string, string> = { align: 'guided', distil: 'distilled' };

function changeWords(experiment: Experiment, preset: Experiment, change: Change): string {
  const [path, value] = change;
  const [part, ...rest] = path.split('.');
  const field = rest[rest.length - 1] ?? part;
  switch (part) {
    case 'seeds':
      return plural((value as unknown as number[]).length, 'seed');
    case 'interventions':
      return (value as unknown as Intervention[]).map(interventionWords).join('; ') || 'nothing changed by hand';
    case 'arms':
      return armWords(experiment, preset, rest[0], rest.slice(1), change);
    case 'task':
      return `task ${fieldWords(field, change)}`;
    case 'guides':
      if (rest.length === 1) return change.length === 1 ? `without the ${rest[0]} guide` : `with a ${rest[0]} guide`;
      return `${rest[0]} guide ${fieldWords(field, change)}`;
    case 'target':
      return `target ${fieldWords(field, change)}`;
    default:
      return path === 'base.steps' ? plural(experiment.base.steps, 'step') : fieldWords(field, change);
  }
}

/** "600 steps · 6 seeds"; of the preset as it is, its title. */
export function derivedName(experiment: Experiment): string {
  const preset = presetOf(experiment);
  const all = changesBetween(preset.experiment, experiment).filter(([path]) => !SILENT.test(path));
  if (all.length === 0) return preset.title;
  const words = ORDER.flatMap((part) => {
    const changes = all.filter(([path]) => path.split('.')[0] === part);
    const whole = WHOLE[part];
    if (whole && changes.length > 1) return [whole(experiment)];
    return [...new Set(changes.map((change) => changeWords(experiment, preset.experiment, change)))];
  });
  const more = words.length - TOLD;
  return [...words.slice(0, TOLD), ...(more > 0 ? [`${number(more)} more`] : [])].join(' · ');
}

/** As a person has named it, else by what differs. */
export const runName = ({ name, experiment }: { name: string | null; experiment: Experiment }): string => name ?? derivedName(experiment);
