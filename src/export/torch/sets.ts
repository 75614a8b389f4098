/** Where batches come from, as calls of the Python in `parts/data.py`. */
import { choosesOfAll } from '../../experiment/networks/describe.ts';
import { type DrawnSequenceSpec, isImageTask, isLanguageTask, type TaskSpec } from '../../experiment/schema/schema.ts';
import { call, type Python } from './python.ts';

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
 * Where batches of a task come from.
 * @param name of its examples in data.safetensors
 * @param stream names the draws of what is new at every step, where it is not that of training
 */
export function batchesOf(task: TaskSpec, name = 'train', stream?: string): Python {
  if (isLanguageTask(task)) return call('TextWindows', { context: task.context, text: name === 'train' ? undefined : `${name}.text`, stream }, task.kind);
  const fixed = call('read_set', {}, name);
  if (task.kind === 'image-files' && task.augment) return call('Augmented', { crop: task.augment.crop, flip: task.augment.flip, stream }, fixed);
  return isImageTask(task) || task.train !== 'fresh' ? call('FixedSet', {}, fixed) : call('FreshSequences', { stream }, task.kind, drawing(task));
}
