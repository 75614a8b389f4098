/** Whether the parts of an experiment fit each other: tasks, networks, initialisations, guides. */
import { seesAhead } from './causal.ts';
import { formatTextProblem } from '../custom/parse.ts';
import { textProblems } from '../custom/plan.ts';
import { describeNetwork, familyFits, type TaskShape, taskShape, taskTitle, unusedClasses } from '../networks/describe.ts';
import { inputMisfit, outputMisfit } from '../networks/imported.ts';
import { checkTask } from './fitTask.ts';
import { checkWarmup } from './fitWarmup.ts';
import { checkStart } from './copied.ts';
import { alignSettings, learnsOutputs, targetOf } from './arms.ts';
import { checkLearnt, checkMoments, checkObserved, checkRegularised } from './fitTerms.ts';
import { exampleControl, standsAlone } from './guides.ts';
import { factsOf, isLearnt, type MatrixMeasure, MEASURE_FACTS, MEASURE_NAMES, measureWords } from '../schema/measures.ts';
import { formatProblem, type Problem } from '../schema/problem.ts';
import { FEWEST_IN_BATCH } from '../schema/training.ts';
import {
  type ArmSpec,
  type Experiment,
  type ImportedGuideSpec,
  type InitName,
  INITS,
  isLanguageTask,
  type NetworkSpec,
  type TaskSpec,
  type Term,
  type TokenView,
  withInit,
} from '../schema/schema.ts';

/** Orthonormal rows take the cube of their number to draw: beyond this, minutes. */
const MOST_ORTHONORMAL = 1024;

/** So do the singular directions of attention, for every head of every block. */
const MOST_MIMETIC = 256;

function slowInit(network: NetworkSpec, path: string): Problem[] {
  const drawn = network.family === 'fcn' && (network.init === 'orthogonal' || network.init === 'identity');
  const attends = (network.family === 'transformer' || network.family === 'vit') && network.init === 'mimetic';
  const most = drawn ? MOST_ORTHONORMAL : attends ? MOST_MIMETIC : undefined;
  return most === undefined || !('width' in network) || network.width <= most
    ? []
    : [{ path, message: `can be ${network.init} for at most ${most} units a layer, not ${network.width}: use fewer, or another start` }];
}

function checkNetwork(network: NetworkSpec, task: TaskSpec, path: string): Problem[] {
  if (!familyFits(network.family, taskShape(task))) {
    const shape = taskShape(task);
    const reads = shape.tokens ? 'images' : 'tokens';
    const fitting = (Object.keys(INITS) as NetworkSpec['family'][]).filter((family) => familyFits(family, shape));
    const either = `${fitting.slice(0, -1).join(', ')} or ${fitting.at(-1)}`;
    return [{ path: `${path}.family`, message: `${network.family} reads ${reads}, which the task "${taskTitle(task)}" does not give: use ${either}` }];
  }
  const ahead = isLanguageTask(task) ? seesAhead(network, path) : null;
  if (ahead) return [ahead];
  if (network.family === 'custom') {
    const [problem] = textProblems(network, taskShape(task));
    return problem ? [{ path: `${path}.text`, message: `has a mistake in ${formatTextProblem(problem)}` }] : [];
  }
  if ((network.family === 'transformer' || network.family === 'vit') && network.width % network.heads !== 0) {
    return [{ path: `${path}.width`, message: `must be a multiple of the ${network.heads} heads, not ${network.width}` }];
  }
  const slow = slowInit(network, `${path}.init`);
  return slow.length > 0 ? slow : checkPatches(network, taskShape(task), path);
}

/** Patches must fill the image, and stages that halve the resolution must leave some of it. */
function checkPatches(network: NetworkSpec, shape: TaskShape, path: string): Problem[] {
  if (shape.tokens) return [];
  const side = Math.min(shape.input[0], shape.input[1]);
  if (network.family === 'vit' && shape.input.slice(0, 2).some((size) => size % network.patch !== 0)) {
    return [{ path: `${path}.patch`, message: `must divide the ${side} pixels of the image's side, which ${network.patch} does not` }];
  }
  if (network.family === 'convnext' && network.patch * 2 ** (network.stages.length - 1) > side) {
    const stages = network.stages.length;
    return [
      {
        path: `${path}.patch`,
        message: `leaves nothing of ${side} pixels in ${stages} ${stages === 1 ? 'stage' : 'stages'}: use a smaller patch or fewer stages`,
      },
    ];
  }
  return [];
}

/** Why a guide trained on one task cannot read another, or null. */
function inputDifference(own: TaskShape, shape: TaskShape): string | null {
  if (own.input.join() !== shape.input.join()) return `inputs of ${own.input.join('×')} instead of ${shape.input.join('×')}`;
  if (own.tokens && shape.tokens && own.tokens.vocabulary !== shape.tokens.vocabulary) {
    return `${own.tokens.vocabulary} tokens instead of ${shape.tokens.vocabulary}`;
  }
  return null;
}

/** Whether an arm learns from the outputs of a guide. */
const isTeacher = ({ arms }: Experiment, guide: string): boolean =>
  arms.some(({ terms }) => terms.some((term) => learnsOutputs(term) && 'guide' in term && term.guide === guide));

function checkImported(experiment: Experiment, name: string, { model, file }: ImportedGuideSpec): Problem[] {
  const shape = taskShape(experiment.task);
  const path = `guides.${name}.model`;
  if (isLanguageTask(experiment.task)) {
    return [{ path, message: `cannot be used in language modelling: whether “${file.name}” reads later tokens, and so the answer, cannot be told` }];
  }
  const misfit = inputMisfit(model, shape);
  if (misfit) return [{ path, message: `does not fit: “${file.name}” ${misfit}` }];
  const teaches = isTeacher(experiment, name);
  const untaught = teaches ? outputMisfit(model, shape) : null;
  return untaught ? [{ path, message: `cannot teach an arm: “${file.name}” ${untaught}` }] : [];
}

function checkGuides(experiment: Experiment): Problem[] {
  const shape = taskShape(experiment.task);
  return Object.entries(experiment.guides).flatMap(([name, guide]): Problem[] => {
    if (guide.state === 'control') return [];
    if (guide.control === 'white-noise' && shape.tokens) {
      return [{ path: `guides.${name}.control`, message: 'must be noise for sequences (random tokens), not "white-noise"' }];
    }
    if (guide.state === 'imported') return checkImported(experiment, name, guide);
    const own = (guide.state === 'trained' ? guide.training.task : undefined) ?? experiment.task;
    const problems = checkNetwork(guide.network, own, `guides.${name}.network`);
    if (problems.length === 0 && isLanguageTask(experiment.task)) {
      // Also one that was trained on another task: what it shows the target is activations on this one.
      const problem = seesAhead(guide.network, `guides.${name}.network`);
      if (problem) return [problem];
    }
    if (own === experiment.task || problems.length > 0) return problems;
    const path = `guides.${name}.training.task`;
    const invalid = checkTask(own, path);
    if (invalid.length > 0) return invalid;
    const difference = inputDifference(taskShape(own), shape);
    if (difference) return [{ path, message: `has ${difference}: the guide must be able to read the experiment's task` }];
    const outputs = (of: TaskShape) => `${of.classes} ${of.tokens?.outputs ?? 1}`;
    return isTeacher(experiment, name) && outputs(taskShape(own)) !== outputs(shape)
      ? [{ path, message: 'has other labels than the experiment, so no arm can be distilled from this guide' }]
      : [];
  });
}

/** Why an arm cannot be distilled from a guide, or null. */
export function whyNoTeacher(experiment: Experiment, guide: string): string | null {
  if (standsAlone(experiment, guide)) return 'is a control without a network: it has no outputs to learn from';
  return exampleControl(experiment.guides[guide]) === undefined
    ? null
    : 'is a control whose outputs belong to other examples: distil from a guide that is not shuffled and reads no noise';
}

/** Layers are compared between arms by their names: an arm's own network has those of the experiment's, and may have more. */
function checkOwnTarget({ target, task }: Experiment, own: NetworkSpec, path: string): Problem[] {
  const problems = checkNetwork(own, task, path);
  if (problems.length > 0) return problems;
  const [there, wanted] = [own, target].map((network) => describeNetwork(network, taskShape(task)).taps.map(({ name }) => name));
  const missing = wanted.filter((name) => !there.includes(name));
  if (missing.length === 0) return [];
  const message = `must have the layers of the experiment's target, by their names: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing (it has ${there.join(', ')})`;
  return [{ path, message }];
}

function checkUnusedBias(task: TaskSpec, target: NetworkSpec, path: string): Problem[] {
  if (unusedClasses(task).length === 0) return [{ path, message: 'needs a task with classes that are never the answer: every class of this one can be' }];
  return target.family === 'custom' ? [{ path, message: 'needs a network of a family: a text of layers may have no bias at its end' }] : [];
}

/** The measures that can do something, as a choice. */
const thoseThat = (can: 'equidistant' | 'padding'): string => {
  const names = MEASURE_NAMES.filter((name) => MEASURE_FACTS[name][can]);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};

function checkTerm(experiment: Experiment, arm: ArmSpec, term: Term, path: string): Problem[] {
  if (term.kind !== 'align' && term.course?.kind === 'stall' && term.course.of === 'similarity') {
    return [{ path: `${path}.course.of`, message: `must be "validation loss": a term of ${term.kind} pulls no pairs of layers together` }];
  }
  if (term.kind === 'regularise') return checkRegularised(experiment, term, path);
  if (term.kind === 'match' && term.what === 'moments') return checkMoments(experiment, arm, term, path);
  if (term.kind !== 'align') {
    const untaught = whyNoTeacher(experiment, term.guide);
    return untaught ? [{ path: `${path}.guide`, message: untaught }] : [];
  }
  const { measure, tokens } = alignSettings(experiment.base, term);
  const measurePath = term.measure ? `${path}.measure` : 'base.measure';
  if (isLearnt(measure)) return checkLearnt(experiment, term, measurePath, `${path}.course.of`);
  return [
    ...checkMeasure(experiment, term.guide, measure, measurePath),
    ...checkExamples(experiment, measure, tokens, term.tokens ? `${path}.tokens` : 'base.tokens'),
  ];
}

/** Whether the measure of an alignment can say something about its guide, and of sequences of the task. */
function checkMeasure({ guides, task }: Experiment, guide: string, measure: MatrixMeasure, path: string): Problem[] {
  const problems: Problem[] = [];
  const control = guides[guide];
  // What is the same for all pairs of examples is taken out by a correlation, and by debiasing: 0/0.
  if (control.state === 'control' && control.kind === 'identity-gram' && !factsOf(measure).equidistant) {
    problems.push({ path, message: `must be ${thoseThat('equidistant')} with an identity guide, of which ${measureWords(measure)} leaves nothing` });
  }
  // The debiasing would need another number of examples at each position.
  if (taskShape(task).tokens?.padded && !factsOf(measure).padding) {
    problems.push({ path, message: `must be ${thoseThat('padding')} where sequences vary in length: ${measureWords(measure)} cannot leave padding out` });
  }
  return problems;
}

/** Whether a step has not more examples than a measure bears. @param path of the token view */
function checkExamples({ base, task }: Experiment, measure: MatrixMeasure, tokens: TokenView, path: string): Problem[] {
  const { most } = factsOf(measure);
  if (most === undefined) return [];
  const shape = taskShape(task);
  const each = shape.tokens && tokens === 'all-tokens' ? shape.input[0] : 1;
  const n = base.batchSize * each;
  if (n <= most) return [];
  const fits = Math.floor(most / each);
  if (fits < FEWEST_IN_BATCH) {
    const message = `must be position, flattened or last-token: all ${n} tokens of a batch are more than the ${most} examples that ${measureWords(measure)} bears`;
    return [{ path, message }];
  }
  const tokenWords = each > 1 ? ` of ${each} tokens` : '';
  return [
    {
      path: 'base.batchSize',
      message: `must be at most ${fits}${tokenWords} with ${measureWords(measure)}, which bears ${most} examples, not ${base.batchSize}`,
    },
  ];
}

function checkArms(experiment: Experiment): Problem[] {
  const checkInit = (target: NetworkSpec, init: InitName, path: string): Problem[] => {
    const inits: readonly string[] = INITS[target.family];
    return inits.includes(init)
      ? slowInit(withInit(target, init), path)
      : [{ path, message: `must be one of ${inits.join(', ')} for ${target.family}, not "${init}"` }];
  };
  const all = experiment.arms.flatMap((arm, i): Problem[] => {
    const problems = arm.terms.flatMap((term, t) => checkTerm(experiment, arm, term, `arms.${i}.terms.${t}`));
    const target = targetOf(experiment, arm);
    if (arm.target) problems.push(...checkOwnTarget(experiment, arm.target, `arms.${i}.target`));
    if (arm.unusedBias !== undefined) problems.push(...checkUnusedBias(experiment.task, target, `arms.${i}.unusedBias`));
    problems.push(...checkStart(experiment, arm, `arms.${i}.start`));
    problems.push(...checkWarmup(experiment, arm, `arms.${i}.warmup`));
    return [...problems, ...(arm.init === undefined ? [] : checkInit(target, arm.init, `arms.${i}.init`))];
  });
  // What all arms share is said once.
  return [...new Map(all.map((problem) => [formatProblem(problem), problem])).values()];
}

/** Problems of parts that do not fit each other. The names of guides have been checked. */
export function checkFit(experiment: Experiment): Problem[] {
  const problems = [...checkTask(experiment.task, 'task'), ...checkNetwork(experiment.target, experiment.task, 'target')];
  return problems.length > 0 ? problems : [...checkGuides(experiment), ...checkArms(experiment), ...checkObserved(experiment)];
}
