/** The Python files of the script. */

const FILES = import.meta.glob<string>('./parts/*.py', { eager: true, query: '?raw', import: 'default' });

/** In the order in which they stand in the script. */
export const SECTIONS = [
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
  'results',
  'ranks',
  'now',
  'streams',
  'files',
  'main',
] as const;

/** Their text, in that order. */
export const PARTS: readonly string[] = SECTIONS.map((name) => FILES[`./parts/${name}.py`]);
