/** What an experiment can state and the lab cannot do yet: refused in one place, until it is built. */
import { MEASURE_NAMES, OBSERVED_NAMES } from '../schema/measures.ts';
import type { Problem } from '../schema/problem.ts';
import type { Experiment, NetworkSpec } from '../schema/schema.ts';

/** Something that is not built, where it is stated. */
interface NotBuilt<T> {
  /** Below what is looked at, e.g. `stem`. */
  path: string;
  /** What it is, for the sentence "… is not built yet". */
  what: string;
  /** What to do instead, after "remove it or". */
  instead: string;
  states: (of: T) => boolean;
}

const EXPERIMENT: readonly NotBuilt<Experiment>[] = [
  {
    path: 'observe',
    what: 'recording this besides the usual',
    instead: `observe similarities by ${[...MEASURE_NAMES, ...OBSERVED_NAMES].join(', ')}`,
    states: ({ observe = [] }) => observe.some(({ what }) => what !== 'similarity'),
  },
];

const found = <T>(rows: readonly NotBuilt<T>[], of: T, root: string): Problem[] =>
  rows
    .filter(({ states }) => states(of))
    .map(({ path, what, instead }) => ({ path: `${root}${path}`, message: `asks for what is not built yet, ${what}: remove it or ${instead}` }));

/** What the exported script has and the lab has not: forms for images larger than a browser trains on. */
const NETWORK: readonly NotBuilt<NetworkSpec>[] = [
  {
    path: 'stem',
    what: 'a 7×7 stem with a max pool',
    instead: 'export the experiment as a PyTorch script',
    states: (network) => network.family === 'resnet' && network.stem !== undefined,
  },
  {
    path: 'skips',
    what: 'a ResNet without skips',
    instead: 'use a ConvNet',
    states: (network) => network.family === 'resnet' && network.skips === false,
  },
];

/** Networks that the lab cannot build. */
export const networksNotBuilt = ({ target, guides, arms }: Experiment): Problem[] => [
  ...found(NETWORK, target, 'target.'),
  ...Object.entries(guides).flatMap(([id, guide]) => ('network' in guide ? found(NETWORK, guide.network, `guides.${id}.network.`) : [])),
  ...arms.flatMap((arm, i) => (arm.target ? found(NETWORK, arm.target, `arms.${i}.target.`) : [])),
];

/** Everything else in an experiment that is not built. */
export const notBuilt = (experiment: Experiment): Problem[] => found(EXPERIMENT, experiment, '');
