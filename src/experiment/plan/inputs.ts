/** Whether, and with which settings, one task has the inputs of another: networks read only what they were made for. */
import { type TaskShape, taskShape } from '../networks/describe.ts';
import { isImageTask, type TaskSpec, taskSchema } from '../schema/schema.ts';
import { checkTask } from './fitTask.ts';

const sameInputs = (a: TaskShape, b: TaskShape): boolean =>
  a.input.join() === b.input.join() && a.tokens?.vocabulary === b.tokens?.vocabulary && a.tokens?.padded === b.tokens?.padded;

/** A task's fields for sequences of a length over a vocabulary; what cannot be had comes out as no valid task. */
function forSequences(own: TaskSpec, length: number, vocabulary: number): TaskSpec {
  switch (own.kind) {
    case 'first-token':
      return { ...own, length, vocabulary: vocabulary - 1 };
    case 'copy-paste':
    case 'reverse':
      return { ...own, length: length / 2, vocabulary: vocabulary - 2 };
    case 'copy-paste-official':
      return { ...own, maxLength: length / 2 - 1, minLength: Math.min(own.minLength, length / 2 - 1) };
    case 'parity':
      return { ...own, length, minLength: own.minLength === own.length ? length : Math.min(own.minLength, length) };
    case 'associative-recall': {
      const pairs = (length - 1) / 2;
      const keys = Math.max(pairs, Math.min(own.keys, vocabulary - 2));
      return { ...own, pairs, keys, values: vocabulary - keys };
    }
    case 'dyck':
      return { ...own, length, brackets: vocabulary / 2 };
    case 'modular-addition':
      return { ...own, length, modulus: vocabulary };
    case 'micro-english':
      return { ...own, context: length };
    default:
      return own;
  }
}

/** A task changed to the inputs of another, with as much of its own as can stay; undefined where it cannot have them. */
export function withInputsOf(own: TaskSpec, other: TaskSpec): TaskSpec | undefined {
  const wanted = taskShape(other);
  if (isImageTask(own) !== isImageTask(other)) return undefined;
  // Of parity only where it is asked for makes another task; lengths are the experiment's.
  if (own.kind === 'parity' && other.kind === 'parity') return { ...other, labels: own.labels };
  const changed = wanted.tokens ? forSequences(own, wanted.input[0], wanted.tokens.vocabulary) : { ...own, size: wanted.input[0] };
  const { success, data } = taskSchema.safeParse(changed);
  return success && checkTask(data, '').length === 0 && sameInputs(taskShape(data), wanted) ? data : undefined;
}
