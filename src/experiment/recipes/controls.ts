/** Controls: guides that show something else than a network's view of the data. */
import { type GuideSpec, isImageTask, type TaskSpec } from '../schema/schema.ts';

export type ControlKind = 'shuffled' | 'noise' | 'white-noise' | 'orthogonal' | 'identity-gram' | 'running-mean' | 'own-kind';

interface Control {
  kind: ControlKind;
  /** Of the guide, and of the arm behind "Guided, ". */
  name: string;
  /** What an arm that is as good as the guided one would tell. */
  tells: (task: TaskSpec) => string;
  /** Absent: for every task. */
  suits?: (task: TaskSpec) => boolean;
}

/** In the order in which they are offered. */
export const CONTROLS: readonly Control[] = [
  {
    kind: 'shuffled',
    name: 'shuffled guide',
    tells: () => 'The guide with its examples in another order at every step: if this helps, it is not what the guide knows of them.',
  },
  {
    kind: 'identity-gram',
    name: 'identity',
    tells: () => 'Every example unlike every other: if this helps, it is spreading activations that does, and no guide is needed.',
  },
  {
    kind: 'running-mean',
    name: 'inputs',
    tells: (task) =>
      isImageTask(task)
        ? 'The pixels themselves as the guide: if this helps, it is seeing the input that does, not a network.'
        : 'The running mean of the tokens: if this helps, it is a plain memory of the input that does, not a network.',
  },
  {
    kind: 'orthogonal',
    name: 'orthogonal weights',
    tells: () => 'The untrained guide with orthogonal weight matrices: if this helps more, distances kept from layer to layer are what helps.',
  },
  {
    kind: 'own-kind',
    name: 'guide of its own kind',
    tells: () => 'A network like the target with other random weights: if this helps, it is not the architecture of the guide.',
  },
  {
    kind: 'noise',
    name: 'guide fed with noise',
    tells: (task) =>
      isImageTask(task)
        ? 'The guide sees smooth random images instead of the data: if this helps, its view of the data does not matter.'
        : 'The guide reads random tokens instead of the data: if this helps, its view of the data does not matter.',
  },
  {
    kind: 'white-noise',
    name: 'guide fed with white noise',
    suits: isImageTask,
    tells: () => 'The guide sees images of independent random pixels, as in the paper: if this helps, its view of the data does not matter.',
  },
];

export const controlOf = (kind: ControlKind): Control => CONTROLS.find((control) => control.kind === kind) as Control;

/** Which control a guide is; null for one that is none. */
export const controlKind = (guide: GuideSpec): ControlKind | null => (guide.state === 'control' ? guide.kind : (guide.control ?? null));

/** Controls that are chosen instead of a guide; the others take something away from one. */
export const STAND_INS: ReadonlySet<ControlKind> = new Set(['identity-gram', 'running-mean', 'orthogonal', 'own-kind']);

export const isStandIn = (guide: GuideSpec): boolean => {
  const kind = controlKind(guide);
  return kind !== null && STAND_INS.has(kind);
};

/** What a guide is called where a person has given it no name of its own. */
export function guideName(guide: GuideSpec): string {
  if (guide.state === 'control') return guide.kind === 'identity-gram' ? 'identity' : guide.kind;
  if (guide.control === undefined) return guide.state;
  return guide.control === 'orthogonal' ? 'orthogonal' : `${guide.state}-${guide.control}`;
}

/**
 * A guide turned into a control. Shuffling and noise keep whether and how it was trained.
 * @param network what it has, or another guide of the experiment has
 */
export function asControl(guide: GuideSpec, kind: ControlKind, network: Extract<GuideSpec, { state: 'untrained' }>['network']): GuideSpec {
  switch (kind) {
    case 'identity-gram':
    case 'running-mean':
    case 'own-kind':
      return { state: 'control', kind };
    case 'orthogonal':
      return { state: 'untrained', network, control: kind };
    default:
      return guide.state !== 'untrained' && guide.state !== 'control' ? { ...guide, control: kind } : { state: 'untrained', network, control: kind };
  }
}
