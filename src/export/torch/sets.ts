/** Training and validation sets, as definitions of the script. */
import { choosesOfAll, taskShape } from '../../experiment/networks/describe.ts';
import {
  type DrawnSequenceSpec,
  type ImageTaskSpec,
  isImageTask,
  isLanguageTask,
  type SequenceTaskSpec,
  type TaskSpec,
} from '../../experiment/schema/schema.ts';
import { ofDryRun } from './made.ts';
import { call, code, define, INDENT, type Python, python, tuple } from './python.ts';

/** What draws one sequence of a task. */
function drawing(task: DrawnSequenceSpec): Python {
  switch (task.kind) {
    case 'first-token':
      return call('first_token', { length: task.length, vocabulary: task.vocabulary });
    case 'copy-paste':
    case 'reverse':
      return call('copy_paste', {
        length: task.length,
        vocabulary: task.vocabulary,
        backwards: task.kind === 'reverse' ? true : undefined,
        marks_are_classes: choosesOfAll(task) ? true : undefined,
      });
    case 'copy-paste-official':
      return call('official_copy', { shortest: task.minLength, longest: task.maxLength });
    case 'parity':
      return call('parity_of_bits', { shortest: task.minLength, longest: task.length, at_every_bit: task.labels === 'prefix' ? true : undefined });
    case 'associative-recall':
      return call('associative_recall', { pairs: task.pairs, keys: task.keys, values: task.values });
    case 'dyck':
      return call('dyck', { length: task.length, brackets: task.brackets });
    case 'modular-addition':
      return call('modular_addition', { length: task.length, modulus: task.modulus });
  }
}

/**
 * Where batches come from that the lab has drawn or read.
 * @param name of their examples in data.safetensors
 * @param stream names the draws of what is new at every step, where it is not that of training
 */
export function storedSet(task: TaskSpec, name = 'train', stream?: string): Python {
  if (isLanguageTask(task)) {
    const text = call('read_text', {}, ...(name === 'train' ? [] : [`${name}.text`]));
    return call('TextWindows', { context: task.context, stream }, task.kind, text);
  }
  const fixed = call('read_set', {}, name);
  if (task.kind === 'image-files' && task.augment) return call('Augmented', { crop: task.augment.crop, flip: task.augment.flip, stream }, fixed);
  return isImageTask(task) || task.train !== 'fresh' ? call('FixedSet', {}, fixed) : call('FreshSequences', { stream }, task.kind, drawing(task));
}

const [TRAINING, VALIDATION] = ['make_training_set', 'make_validation_set'];
const [WHERE_FROM, ON_WHAT] = ['Where the batches come from.', 'What is validated on.'];

/** A set of images: those of a folder where one is named. */
function imageSets(task: ImageTaskSpec, made: boolean): string[] {
  const { input, classes } = taskShape(task);
  const shape = { shape: tuple(...input), classes };
  const noise = (count: Python) => call('random_images', shape, count);
  const either = (name: string, about: string, otherwise: Python, folder: Python): string =>
    define(name, 'images=None', about, folder, ['if images is None:', `    return ${python(otherwise, '        ', 15)}${made ? '  # a dry run' : ''}`]);
  return [
    either(TRAINING, WHERE_FROM, made ? call('FixedSet', {}, noise(16)) : storedSet(task), call('FolderSet', shape, code('images / "train"'))),
    either(VALIDATION, ON_WHAT, made ? noise(16) : call('read_set', {}, 'val'), call('folder_examples', shape, code('images / "val"'))),
  ];
}

/** Sets that the script draws, or reads out of a text. */
function madeSets(task: SequenceTaskSpec): string[] {
  if (task.kind === 'text-file') {
    const tokens = python(call('token_files', { vocabulary: task.vocabulary, validation: task.valTokens }, code('text and tuple(text)')), INDENT, 24);
    return [
      define(TRAINING, 'text=None', WHERE_FROM, call('TextWindows', { context: task.context }, task.kind, code('train')), [`train, _ = ${tokens}`]),
      define(VALIDATION, 'text=None', ON_WHAT, call('windows_of', {}, code('validation'), task.context), [`_, validation = ${tokens}`]),
    ];
  }
  if (isLanguageTask(task)) throw new Error('a language that the lab draws is refused');
  const examples = call('validation_sequences', { seed: task.seed }, task.kind, drawing(task), ofDryRun(16, task.val));
  return [define(TRAINING, '', WHERE_FROM, storedSet(task)), define(VALIDATION, '', ON_WHAT, examples)];
}

/** Definitions of the training and of the validation set. */
export function setDefinitions(task: TaskSpec, made: boolean): string[] {
  if (isImageTask(task)) return imageSets(task, made);
  if (made) return madeSets(task);
  return [define(TRAINING, '', WHERE_FROM, storedSet(task)), define(VALIDATION, '', ON_WHAT, call('read_set', {}, 'val'))];
}
