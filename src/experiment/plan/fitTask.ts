/** Whether a task holds together. */
import type { Problem } from '../schema/problem.ts';
import { isLanguageTask, type TaskSpec } from '../schema/schema.ts';

/** Fewer windows would measure chance. */
const FEWEST_WINDOWS = 16;

/** Problems of a task whose fields are each in range. */
export function checkTask(task: TaskSpec, path: string): Problem[] {
  if (isLanguageTask(task)) {
    const least = FEWEST_WINDOWS * task.context + 1;
    for (const part of ['trainTokens', 'valTokens'] as const) {
      if (task[part] < least)
        return [{ path: `${path}.${part}`, message: `must be at least ${least}, ${FEWEST_WINDOWS} windows of ${task.context} tokens, not ${task[part]}` }];
    }
  }
  if (task.kind === 'micro-english' && task.valSeed === task.seed) {
    return [{ path: `${path}.valSeed`, message: `must differ from the training text's seed ${task.seed}: validation would be on the text that was learnt` }];
  }
  if (task.kind === 'parity' && task.minLength > task.length) {
    return [{ path: `${path}.minLength`, message: `must be at most the length ${task.length}, not ${task.minLength}` }];
  }
  if (task.kind === 'copy-paste-official' && task.minLength > task.maxLength) {
    return [{ path: `${path}.minLength`, message: `must be at most the largest length ${task.maxLength}, not ${task.minLength}` }];
  }
  if (task.kind === 'associative-recall' && task.keys < task.pairs) {
    return [{ path: `${path}.keys`, message: `must be at least the ${task.pairs} pairs, for no key comes twice, not ${task.keys}` }];
  }
  return [];
}
