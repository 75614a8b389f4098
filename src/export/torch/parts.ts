/** The Python files of the script, and which of their lines stand in it. */
import { exampleControl, readsNoise } from '../../experiment/plan/guides.ts';
import { warmupOf } from '../../experiment/plan/warmup.ts';
import { type Experiment, isImageTask } from '../../experiment/schema/schema.ts';
import { trainsMaps } from './maps.ts';
import { movesWeights } from './settings.ts';

const FILES = import.meta.glob<string>('./parts/*.py', { eager: true, query: '?raw', import: 'default' });

/** In the order in which they stand in the script. */
const SECTIONS = [
  'networks',
  'sequence_networks',
  'dropout',
  'guides',
  'mapping',
  'measures',
  'looked_at',
  'views',
  'courses',
  'terms',
  'maps',
  'matching',
  'regularisers',
  'schedules',
  'training',
  'warmup',
  'evaluation',
  'data',
  'folder_images',
  'word_files',
  'made',
  'results',
  'board',
  'ranks',
  'now',
  'streams',
  'files',
  'main',
] as const;

/**
 * What lines can be marked with. made: the script makes weights and data itself; images, text: what these are; source: they
 * come out of files that can be named when it is started. All others: what some arm, or guide, of the experiment has.
 */
const FEATURES = {
  made: (_, made) => made,
  images: ({ task }) => isImageTask(task),
  text: ({ task }, made) => made && task.kind === 'text-file',
  source: ({ task }, made) => isImageTask(task) || (made && task.kind === 'text-file'),
  fork: ({ arms }) => arms.some(({ fork }) => fork !== undefined),
  target: ({ arms }) => arms.some(({ target }) => target !== undefined),
  optimiser: ({ arms }) => arms.some(({ optimiser }) => optimiser !== undefined),
  warmup: (experiment) => experiment.arms.some((arm) => warmupOf(experiment, arm) !== undefined),
  kept: (experiment) => experiment.arms.some((arm) => warmupOf(experiment, arm)?.keepOptimiser === true),
  regularise: ({ arms }) => arms.some(({ terms }) => terms.some(({ kind }) => kind === 'regularise')),
  pairwise: (experiment) => trainsMaps(experiment) || Object.values(experiment.guides).some((guide) => exampleControl(guide) === 'shuffled'),
  noise: ({ guides }) => Object.values(guides).some(readsNoise),
  shuffled: ({ guides }) => Object.values(guides).some((guide) => exampleControl(guide) === 'shuffled'),
  moved: movesWeights,
  stall: ({ arms }) => arms.some(({ terms }) => terms.some(({ course }) => course?.kind === 'stall')),
} as const satisfies Record<string, (experiment: Experiment, made: boolean) => boolean>;

/** `#: images made` at the end of a line: it stands in scripts that are both; `#: not made`: in those that are not. */
const MARK = /\s*#: ([a-z ]+)$/;

/** Whether a mark holds. */
const holds = (mark: string, features: ReadonlySet<string>): boolean =>
  Array.from(mark.matchAll(/(not )?(\w+)/g)).every(([, not, word]) => features.has(word) === (not === undefined));

function withFeatures(text: string, features: ReadonlySet<string>): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const mark = MARK.exec(line);
      if (!mark) return [line];
      return holds(mark[1], features) ? [line.slice(0, mark.index)] : [];
    })
    .join('\n');
}

/**
 * Their text, in that order.
 * @param made whether the script makes weights and data itself
 */
export function partsFor(experiment: Experiment, made = false): string[] {
  const features = new Set(Object.entries(FEATURES).flatMap(([feature, has]) => (has(experiment, made) ? [feature] : [])));
  return SECTIONS.map((name) => withFeatures(FILES[`./parts/${name}.py`], features));
}
