/** Whether the warm-up of an arm fits its experiment. */
import { type TaskShape, taskShape } from '../networks/describe.ts';
import type { Problem } from '../schema/problem.ts';
import { type ArmSpec, type Experiment, isLanguageTask, type NetworkSpec, type TaskSpec, type WarmupSpec } from '../schema/schema.ts';
import { targetOf, termOf } from './arms.ts';
import { seesAhead } from './causal.ts';
import { checkTask } from './fitTask.ts';
import { learnsLabels, warmupOf, warmupTask } from './warmup.ts';

/** The noise that there is of images; of tokens there is one kind. */
const NOISES: readonly unknown[] = ['white-noise', 'smooth-noise', 'pink-noise'];

export function checkWarmup(experiment: Experiment, arm: ArmSpec, path: string): Problem[] {
  const warmup = arm.fork ? undefined : warmupOf(experiment, arm);
  if (!warmup) return [];
  const { inputs, loss } = warmup;
  const tokens = taskShape(experiment.task).tokens !== undefined;
  if (tokens && NOISES.includes(inputs))
    return [{ path: `${path}.inputs`, message: `must be random-tokens, training or a task for sequences, not "${inputs}"` }];
  if (!tokens && inputs === 'random-tokens') {
    return [{ path: `${path}.inputs`, message: 'must be white-noise, smooth-noise, pink-noise, training or a task for images, not "random-tokens"' }];
  }
  if (learnsLabels(warmup) && typeof inputs === 'string') {
    return [{ path: `${path}.loss`, message: `must be align for inputs without labels ("${inputs}"), not "${loss}": labels come with another task` }];
  }
  if (loss !== 'task' && !termOf(arm, 'align')) {
    return [{ path: `${path}.loss`, message: `needs guidance: the arm has no alignment term for "${loss}"` }];
  }
  const other = warmupTask(warmup);
  return other ? checkOther(experiment, targetOf(experiment, arm), warmup, other, `${path}.inputs`) : [];
}

/** Another task must be one that the network can read, and where its labels are learnt, answer. */
function checkOther({ task, base }: Experiment, target: NetworkSpec, warmup: WarmupSpec, other: TaskSpec, path: string): Problem[] {
  const problems = checkTask(other, path);
  if (problems.length > 0) return problems;
  const [own, shape] = [taskShape(other), taskShape(task)];
  const message = whyUnreadable(own, shape) ?? (learnsLabels(warmup) ? whyUnanswerable(own, shape) : null);
  if (message) return [{ path, message }];
  if (base.batchSize > own.trainExamples) return [{ path, message: `has ${own.trainExamples} training examples, fewer than the batch of ${base.batchSize}` }];
  const ahead = isLanguageTask(other) && learnsLabels(warmup) ? seesAhead(target, 'target') : null;
  return ahead ? [{ path, message: 'is a language task, whose answers the target would read: its attention must be causal' }] : [];
}

function whyUnreadable(own: TaskShape, shape: TaskShape): string | null {
  const what = (of: TaskShape) => `${of.tokens ? 'tokens' : 'images'} of ${of.input.join('×')}`;
  if (!own.tokens !== !shape.tokens || own.input.join() !== shape.input.join()) return `has inputs of another shape: ${what(own)} instead of ${what(shape)}`;
  if (!own.tokens || !shape.tokens) return null;
  if (own.tokens.vocabulary > shape.tokens.vocabulary) {
    return `has ${own.tokens.vocabulary} tokens: the target can read ${shape.tokens.vocabulary}`;
  }
  return own.tokens.padded && !shape.tokens.padded ? 'has sequences of several lengths: the target reads one' : null;
}

/** The labels of another task are the first classes of the target's head. */
function whyUnanswerable(own: TaskShape, shape: TaskShape): string | null {
  if (own.classes > shape.classes) return `has ${own.classes} classes: the target can tell ${shape.classes} apart`;
  const answers = ({ tokens }: TaskShape) => ((tokens?.outputs ?? 1) > 1 ? 'an answer at every token' : 'one answer a sequence');
  return (own.tokens?.outputs ?? 1) === (shape.tokens?.outputs ?? 1) ? null : `asks for ${answers(own)}: the target gives ${answers(shape)}`;
}
