/** Descriptions of tasks, without drawing any data: shapes, names, and the score of guessing. */
import type { ProceduralSpec } from '../schema/imageSchema.ts';
import { MICRO_ENGLISH_WORDS } from './microEnglish.ts';
import { type ImageTaskSpec, isImageTask, isLanguageTask, type LanguageTaskSpec, type SequenceTaskSpec, type TaskSpec } from '../schema/taskSchema.ts';

interface CommonShape {
  classes: number;
  /** Infinite where every step draws new examples. */
  trainExamples: number;
  valExamples: number;
}

export interface ImageShape extends CommonShape {
  /** Height, width, channels. */
  input: [height: number, width: number, channels: number];
  tokens?: undefined;
}

export interface SequenceShape extends CommonShape {
  input: [length: number];
  tokens: {
    /** Token ids are 0 … vocabulary − 1; −1 is padding. */
    vocabulary: number;
    /** Whether sequences vary in length: shorter ones end in padding. */
    padded: boolean;
    /** Labels of one sequence: 1, or one at every position (−1 where none is asked for). */
    outputs: number;
  };
}

/** What a task feeds into a network and expects out of it. */
export type TaskShape = ImageShape | SequenceShape;

/** The metric that a task is judged by. */
export interface Metric {
  /** 'accuracy', a fraction; or 'perplexity', e to the cross-entropy: among how many tokens a network wavers. */
  name: 'accuracy' | 'perplexity';
  higherIsBetter: boolean;
  /** Score of guessing. For perplexity it is the size of the vocabulary: all tokens equally likely. */
  chance: number;
}

/** Numbers of the official copy task: symbols 0–9, of which 0 is also the blank; 10 unused; 11 go; 12 end. */
export const OFFICIAL_COPY = { symbols: 10, go: 11, end: 12, vocabulary: 13 } as const;

const GO = '→';
const BLANK = '·';
const QUERY = '?';
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const digits = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const letters = (count: number): string[] => Array.from({ length: count }, (_, i) => LETTERS[i] ?? `s${i + 1}`);
const OPENERS = ['(', '[', '{', '⟨'];
const CLOSERS = [')', ']', '}', '⟩'];

const TEXTURES = ['horizontal', 'vertical', 'diagonal /', 'diagonal \\', 'checker', 'dots', 'rings', 'spokes'];
/** Channels and class names, in label order, of each kind of generated images. */
const IMAGE_FORMS: Record<ProceduralSpec['kind'], { channels: 1 | 3; classes: readonly string[] }> = {
  textures: { channels: 3, classes: TEXTURES },
  'grey-textures': { channels: 3, classes: TEXTURES },
  shapes: { channels: 3, classes: ['disc', 'ring', 'square', 'frame', 'triangle', 'plus', 'two bars', '2×2 checker'] },
  digits: { channels: 1, classes: digits(10) },
};

function imageShape(task: ImageTaskSpec): ImageShape {
  const [channels, classes] =
    task.kind === 'image-files'
      ? [task.grey ? 1 : 3, task.classNames.length]
      : [IMAGE_FORMS[task.kind].channels, task.classes ?? IMAGE_FORMS[task.kind].classes.length];
  return { input: [task.size, task.size, channels], classes, trainExamples: task.train, valExamples: task.val };
}

interface SequenceForm {
  length: number;
  padded?: boolean;
  /** One label a sequence, or one a token. */
  labels: 'sequence' | 'tokens';
  /** Names of token ids and of classes, in order. */
  tokens: string[];
  classes: string[];
}

/** Whether a network chooses from the whole vocabulary, marks that are never right included. */
export const choosesOfAll = (task: TaskSpec): boolean => task.kind === 'copy-paste' && task.head === 'vocabulary';

/** Classes that are never the answer. */
export function unusedClasses(task: TaskSpec): number[] {
  if (task.kind === 'copy-paste-official') return [0, OFFICIAL_COPY.symbols, OFFICIAL_COPY.go];
  return task.kind === 'copy-paste' && choosesOfAll(task) ? [0, task.vocabulary + 1] : [];
}

function sequenceForm(task: SequenceTaskSpec): SequenceForm {
  switch (task.kind) {
    case 'first-token': {
      const symbols = letters(task.vocabulary);
      return { length: task.length, labels: 'sequence', tokens: [...symbols, QUERY], classes: symbols };
    }
    case 'copy-paste':
    case 'reverse': {
      const symbols = letters(task.vocabulary);
      const tokens = [BLANK, ...symbols, GO];
      return { length: 2 * task.length, labels: 'tokens', tokens, classes: choosesOfAll(task) ? tokens : symbols };
    }
    case 'copy-paste-official': {
      const names = [...digits(OFFICIAL_COPY.symbols), 'unused', GO, '■'];
      return { length: 2 * task.maxLength + 2, labels: 'tokens', tokens: names, classes: names };
    }
    case 'parity':
      return {
        length: task.length,
        padded: task.minLength < task.length,
        labels: task.labels === 'final' ? 'sequence' : 'tokens',
        tokens: digits(2),
        classes: ['even', 'odd'],
      };
    case 'associative-recall': {
      const values = digits(task.values);
      return { length: 2 * task.pairs + 1, labels: 'sequence', tokens: [...letters(task.keys), ...values], classes: values };
    }
    case 'dyck':
      return {
        length: task.length,
        labels: 'tokens',
        tokens: [...OPENERS.slice(0, task.brackets), ...CLOSERS.slice(0, task.brackets)],
        classes: CLOSERS.slice(0, task.brackets),
      };
    case 'micro-english':
      return { length: task.context, labels: 'tokens', tokens: [...MICRO_ENGLISH_WORDS], classes: [...MICRO_ENGLISH_WORDS] };
    case 'text-file': {
      // The tokens of a text file are known only where the file is: the lab sends their names with its examples.
      const numbers = digits(task.vocabulary);
      return { length: task.context, labels: 'tokens', tokens: numbers, classes: numbers };
    }
    case 'modular-addition':
      return { length: task.length, labels: 'sequence', tokens: digits(task.modulus), classes: digits(task.modulus) };
  }
}

export function taskShape(task: ImageTaskSpec): ImageShape;
export function taskShape(task: TaskSpec): TaskShape;
export function taskShape(task: TaskSpec): TaskShape {
  if (isImageTask(task)) return imageShape(task);
  const { length, padded = false, labels, tokens, classes } = sequenceForm(task);
  return {
    input: [length],
    tokens: { vocabulary: tokens.length, padded, outputs: labels === 'sequence' ? 1 : length },
    classes: classes.length,
    ...(isLanguageTask(task)
      ? windowCounts(task)
      : {
          trainExamples: task.train === 'fresh' ? Number.POSITIVE_INFINITY : task.train,
          valExamples: task.val,
        }),
  };
}

/**
 * Training draws new windows at every step, from anywhere in the training text. Validation goes through its text window by
 * window. The label of a window's last token is the token that follows the window.
 */
const windowCounts = ({ valTokens, context }: LanguageTaskSpec) => ({
  trainExamples: Number.POSITIVE_INFINITY,
  valExamples: Math.floor((valTokens - 1) / context),
});

/** Class names in label order. */
export function classNames(task: TaskSpec): string[] {
  if (task.kind === 'image-files') return task.classNames;
  if (isImageTask(task)) return IMAGE_FORMS[task.kind].classes.slice(0, imageShape(task).classes);
  return sequenceForm(task).classes;
}

/** How the tokens of a sequence task are written, by id; empty for images. */
export const tokenNames = (task: TaskSpec): string[] => (isImageTask(task) ? [] : sequenceForm(task).tokens);

/**
 * The share of end marks among the scored tokens of the official copy task; they need no memory. A sequence of mean length
 * L has 0.9·L scored symbols (the symbol 0 is not scored) and one end mark.
 */
const officialEndShare = (task: { minLength: number; maxLength: number }): number => 1 / ((0.9 * (task.minLength + task.maxLength)) / 2 + 1);

/**
 * Names of groups of labels that are also scored separately; empty for most tasks. Which labels belong to a group is
 * decided in `lab/tasks/text`.
 */
export function labelGroups(task: TaskSpec): string[] {
  if (task.kind === 'micro-english') return ['returning name', 'other tokens'];
  if (task.kind !== 'text-file') return [];
  return task.unit === 'characters' ? ['first letters', 'other characters'] : ['words seen in the window', 'other words'];
}

export function taskMetric(task: TaskSpec): Metric {
  if (isLanguageTask(task)) return { name: 'perplexity', higherIsBetter: false, chance: taskShape(task).classes };
  const chance =
    task.kind === 'copy-paste-official'
      ? // Guessing one of nine, knowing where the end is: 14.286 % for lengths 20 to 40.
        officialEndShare(task) + (1 - officialEndShare(task)) / (OFFICIAL_COPY.symbols - 1)
      : 1 / (taskShape(task).classes - unusedClasses(task).length);
  return { name: 'accuracy', higherIsBetter: true, chance };
}

/** Cross-entropy of guessing: the loss of a network that has learned only how frequent each class is. */
export const chanceLoss = (task: TaskSpec): number =>
  task.kind === 'copy-paste-official'
    ? (1 - officialEndShare(task)) * Math.log(OFFICIAL_COPY.symbols - 1)
    : Math.log(taskShape(task).classes - unusedClasses(task).length);

export function taskTitle(task: TaskSpec): string {
  if (task.kind === 'image-files' || task.kind === 'text-file') return task.data.name;
  const titles: Record<Exclude<TaskSpec['kind'], 'image-files' | 'text-file'>, string> = {
    textures: 'Textures',
    'grey-textures': 'Grey textures',
    shapes: 'Shapes',
    digits: 'Digits',
    'first-token': 'First token',
    'copy-paste': 'Copy-paste',
    'copy-paste-official': 'Copy-paste (official code)',
    reverse: 'Reverse',
    parity: 'Parity',
    'associative-recall': 'Associative recall',
    dyck: 'Brackets',
    'modular-addition': 'Modular addition',
    'micro-english': 'Micro-English',
  };
  return titles[task.kind];
}
