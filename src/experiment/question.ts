/**
 * The question of an experiment, as it is shown. A preset's own question stands as long as the experiment compares what the
 * preset compares: decided by the data, never by reading English. Else the question is composed from what is compared. What
 * a person wrote stays. Nothing of this is stored, so links stay short and an edit taken back brings the question back.
 */
import { nameInSentence, shortArmNames } from './armNames.ts';
import { taskMetric, taskTitle } from './networks/describe.ts';
import { askedBy, type Lead } from './plan/lead.ts';
import { presetAt } from './presets/revisions.ts';
import type { Experiment, GuideSpec, NetworkSpec } from './schema/schema.ts';

/**
 * What "yes" would be: the lead's arm is better; it is worse; or it is better, and no control does as well ("is it the
 * guide?").
 */
export type Yes = 'better' | 'worse' | 'needs the guide';

/** Where a preset's own question means something else than "better". */
const MEANT: Readonly<Record<string, Yes>> = {
  'is-it-the-guide': 'needs the guide',
  'copy-official': 'needs the guide',
  'scale-trap': 'worse',
};

/** Questions that earlier versions wrote into an experiment whose task was changed: nothing that anybody asked. */
const PLACEHOLDER = /^What does guidance (change here|do on “.*”)\?$/;

/** With articles. */
const NETWORKS: Readonly<Record<NetworkSpec['family'], string>> = {
  fcn: 'a fully connected network',
  resnet: 'a ResNet',
  convnet: 'a ConvNet',
  convnext: 'a ConvNeXt',
  vit: 'a ViT',
  rnn: 'an RNN',
  transformer: 'a Transformer',
  custom: 'a network of your own',
};
const STATES = { trained: 'a trained', untrained: 'an untrained' } as const;
const CONTROLS = { shuffled: ', shuffled,', noise: ' that sees noise', 'white-noise': ' that sees noise', orthogonal: ' of orthogonal weights' } as const;
const WITHOUT_NETWORK = { 'identity-gram': 'an identity', 'running-mean': 'the inputs', 'own-kind': 'a network of its own kind' } as const;

function guideWords(guide: GuideSpec): string {
  if (guide.state === 'control') return WITHOUT_NETWORK[guide.kind];
  const control = guide.control === undefined ? '' : CONTROLS[guide.control];
  if (guide.state === 'imported') return `an imported network${control}`;
  if (guide.state === 'loaded') return `${NETWORKS[guide.network.family]} out of a file${control}`;
  return `${NETWORKS[guide.network.family].replace(/^an? /, `${STATES[guide.state]} `)}${control}`;
}

/** What a guide is, as far as a question speaks of it. */
const guideKind = (guide: GuideSpec | undefined): unknown[] =>
  guide === undefined ? [] : guide.state === 'control' ? [guide.kind] : [guide.state, 'network' in guide && guide.network.family, guide.control];

/** What a question speaks of: task, target, the two arms that are compared and what they learn from, and by what. */
function subject(experiment: Experiment): string {
  const lead = askedBy(experiment);
  const kindOf = (id: string | undefined) => {
    const arm = experiment.arms.find((candidate) => candidate.id === id);
    const terms = arm?.terms.map((term) => [term.kind, ...('guide' in term ? guideKind(experiment.guides[term.guide]) : [])]);
    const start = arm?.start ? guideKind(experiment.guides[arm.start.guide]) : [];
    return [id, terms, start, arm?.unusedBias !== undefined, arm?.fork !== undefined];
  };
  // At which score is no matter of the question: verdict and chart say it.
  const by = typeof lead?.by === 'object' ? 'sooner' : (lead?.by ?? 'final');
  return JSON.stringify([experiment.task.kind, experiment.target.family, kindOf(lead?.arm), kindOf(lead?.against), by]);
}

/** The preset that an experiment started from, as it was then. */
const presetOf = ({ preset, revision }: Experiment) => presetAt(preset, revision) as Experiment | undefined;

const asksAsPreset = (experiment: Experiment, preset: Experiment | undefined): boolean =>
  preset !== undefined && preset.question === experiment.question && subject(preset) === subject(experiment);

/** The two arms of a comparison, as a sentence names them. */
export function comparedNames({ arms }: Pick<Experiment, 'arms'>, { arm, against }: Lead): [arm: string, against: string] {
  const names = shortArmNames(arms.map(({ name }) => name));
  const named = (id: string) => {
    const i = arms.findIndex((candidate) => candidate.id === id);
    return nameInSentence({ id, name: names[i] });
  };
  return [named(arm), named(against)];
}

/** "35 %", or "a perplexity of 4" */
export function crossingWords(task: Experiment['task'], value: number): string {
  const { name } = taskMetric(task);
  return name === 'accuracy' ? `${Number((100 * value).toFixed(1))} %` : `a ${name} of ${value}`;
}

/** What is compared: "guided beat unguided" and the like. */
function comparison(experiment: Experiment, lead: Lead): string {
  const [arm, against] = comparedNames(experiment, lead);
  if (typeof lead.by === 'object') return `${arm} pass ${crossingWords(experiment.task, lead.by.crossing)} sooner than ${against}`;
  return `${arm} beat ${against}${lead.by === 'best' ? ' by its best score' : ''}`;
}

function composed(experiment: Experiment, preset: Experiment | undefined): string {
  const { task, target, arms, guides } = experiment;
  const lead = askedBy(experiment);
  const on = `on “${taskTitle(task)}”`;
  // The target is told where it is not the one that everything else on the page has been speaking of.
  const whose = target.family === preset?.target.family ? '' : `, in ${NETWORKS[target.family]}`;
  if (!lead) return `How far does ${nameInSentence(arms[0])} get ${on}${whose}?`;
  const asked = arms.find(({ id }) => id === lead.arm);
  const term = asked?.terms.find(({ kind }) => kind === 'align' || kind === 'distil');
  const role = term?.kind === 'distil' ? 'teacher' : 'guide';
  const taught = term && 'guide' in term ? `, with ${guideWords(guides[term.guide])} as ${role}` : '';
  const from = asked?.start && !term ? `, with weights copied from ${guideWords(guides[asked.start.guide])}` : taught;
  return `Does ${comparison(experiment, lead)} ${on}${whose}${from}?`;
}

/** The question that an experiment asks. */
export function questionOf(experiment: Experiment): string {
  const preset = presetOf(experiment);
  const { question } = experiment;
  const own = question !== '' && question !== preset?.question && !PLACEHOLDER.test(question);
  return own || asksAsPreset(experiment, preset) ? question : composed(experiment, preset);
}

/** What would be a "yes" to the question that `questionOf` gives. */
export const yesTo = (experiment: Experiment): Yes => (asksAsPreset(experiment, presetOf(experiment)) ? (MEANT[experiment.preset] ?? 'better') : 'better');
