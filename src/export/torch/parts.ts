/** The Python files of the script, and which of their lines stand in it. */
import { type Experiment, isImageTask } from '../../experiment/schema/schema.ts';

const FILES = import.meta.glob<string>('./parts/*.py', { eager: true, query: '?raw', import: 'default' });

/** In the order in which they stand in the script. */
const SECTIONS = [
  'networks',
  'sequence_networks',
  'dropout',
  'guides',
  'mapping',
  'measures',
  'views',
  'courses',
  'terms',
  'maps',
  'schedules',
  'training',
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
 * come out of files that can be named when it is started.
 */
type Feature = 'made' | 'images' | 'text' | 'source';

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
export function partsFor({ task }: Experiment, made = false): string[] {
  const features = new Set<Feature>();
  if (made) features.add('made');
  if (isImageTask(task)) features.add('images').add('source');
  else if (made && task.kind === 'text-file') features.add('text').add('source');
  return SECTIONS.map((name) => withFeatures(FILES[`./parts/${name}.py`], features));
}
