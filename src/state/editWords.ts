/** What an edit changed, in a few words: what is told of an undo. */
import { differences } from '../experiment/link.ts';
import { termKey } from '../experiment/problemWords.ts';
import { number } from '../experiment/settingWords.ts';
import type { ArmSpec, Experiment } from '../experiment/schema/schema.ts';
import { sameValue, valueAt } from './paths.ts';

/** Fields that more than one thing has, as the page calls them; others are told by what they belong to. */
const FIELDS: Readonly<Record<string, string>> = {
  steps: 'steps',
  learningRate: 'learning rate',
  batchSize: 'batch size',
  evaluateEvery: 'evaluate every',
  weight: 'weight',
  depth: 'depth',
  width: 'width',
  temperature: 'temperature',
};

const quoted = (name: string): string => `“${name}”`;
const listed = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
const several = (one: string, names: readonly string[]): string => `${one}${names.length === 1 ? '' : 's'} ${listed(names.map(quoted))}`;

/** " (steps 250)": the one field that differs, with what it is now, where it is one that the page has a short name for. */
function oneField(from: object, to: object): string {
  const changed = differences(from as Parameters<typeof differences>[0], to as Parameters<typeof differences>[0]);
  const [path, value] = changed[0] ?? [''];
  const name = FIELDS[path.split('.').at(-1) ?? ''];
  return changed.length === 1 && name !== undefined && typeof value === 'number' ? `: ${name} ${number(value)}` : '';
}

/** Lists by what their entries are called, so that one entry can be told from the list. */
const byKind = (arm: ArmSpec): object => ({ ...arm, terms: Object.fromEntries(arm.terms.map((term, i) => [termKey(arm.terms, i), term])) });

function guideWords(from: Experiment, to: Experiment): string[] {
  const [was, is] = [Object.keys(from.guides), Object.keys(to.guides)];
  const gone = was.filter((id) => !is.includes(id));
  const added = is.filter((id) => !was.includes(id));
  const changed = is.filter((id) => was.includes(id) && !sameValue(from.guides[id], to.guides[id]));
  // One in the place of another: a guide has changed its kind, and with it its name.
  if (gone.length > 0 && gone.length === added.length) return [`${several('guide', added)} instead of ${listed(gone.map(quoted))}`];
  return [
    ...(added.length > 0 ? [`${several('guide', added)} there`] : []),
    ...(gone.length > 0 ? [`${several('guide', gone)} gone`] : []),
    ...(changed.length > 0 ? [`${several('guide', changed)}${changed.length === 1 ? oneField(from.guides[changed[0]], to.guides[changed[0]]) : ''}`] : []),
  ];
}

function armWords(from: Experiment, to: Experiment): string[] {
  const find = (experiment: Experiment, id: string) => experiment.arms.find((arm) => arm.id === id);
  const gone = from.arms.filter(({ id }) => !find(to, id)).map(({ name }) => name);
  const added = to.arms.filter(({ id }) => !find(from, id)).map(({ name }) => name);
  const changed = to.arms.filter((arm) => {
    const was = find(from, arm.id);
    return was && !sameValue(was, arm);
  });
  const [first] = changed;
  const was = first && find(from, first.id);
  return [
    ...(added.length > 0 ? [`${several('arm', added)} there`] : []),
    ...(gone.length > 0 ? [`${several('arm', gone)} gone`] : []),
    ...(changed.length > 0
      ? [
          `${several(
            'arm',
            changed.map(({ name }) => name),
          )}${changed.length === 1 && was ? oneField(byKind(was), byKind(first)) : ''}`,
        ]
      : []),
  ];
}

/**
 * What is different in `to`, said of `to`: "arm “Distilled” there, guide “trained” instead of “identity”", "training:
 * steps 250". Of another preset only that.
 */
export function editWords(from: Experiment, to: Experiment): string {
  if (from.preset !== to.preset) return 'another preset';
  const differs = (path: string): boolean => !sameValue(valueAt(from, path), valueAt(to, path));
  const { mapping: mappingBefore, ...trainingBefore } = from.base;
  const { mapping, ...training } = to.base;
  const parts = [
    ...(differs('task') ? [`task${oneField(from.task, to.task)}`] : []),
    ...(differs('target') ? [`target network${oneField(from.target, to.target)}`] : []),
    ...guideWords(from, to),
    ...armWords(from, to),
    ...(sameValue(mappingBefore, mapping) ? [] : ['mapping']),
    ...(sameValue(trainingBefore, training) ? [] : [`training${oneField(trainingBefore, training)}`]),
    ...(differs('seeds') ? [`${to.seeds.length} ${to.seeds.length === 1 ? 'seed' : 'seeds'}`] : []),
    ...(differs('interventions') ? ['changes while it runs'] : []),
  ];
  return parts.length === 0 ? 'the question' : parts.join(', ');
}
