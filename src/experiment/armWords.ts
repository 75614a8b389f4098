/** What an arm does: one line of words and one formula, both from the same list of summands. */
import { courseTex, span, WHOLE } from './course/course.ts';
import { describeNetwork, taskShape } from './networks/describe.ts';
import { alignSettings, distilSettings, guidesOf, sharedTokens } from './plan/arms.ts';
import { copiedBy } from './plan/copied.ts';
import { measureTex, measureWords } from './schema/measures.ts';
import {
  type AlignTerm,
  type ArmSpec,
  type Course,
  type DistilTerm,
  type Experiment,
  isDrawn,
  type MappingSpec,
  type Term,
  type TermOf,
  type TokenView,
} from './schema/schema.ts';
import { courseWords, initWord, mappingWords, number, startWords, warmupWords } from './settingWords.ts';

/** A summand of an arm's loss: as it stands in a line of words, and in TeX. */
interface Summand {
  words: string;
  tex: string;
}

type Whole = Pick<Experiment, 'arms' | 'base' | 'guides' | 'interventions' | 'target' | 'task'>;

const FRACTIONS: Record<string, string> = { '0.5': '½', '0.25': '¼', '0.75': '¾' };
const weightWords = (value: number) => FRACTIONS[String(value)] ?? number(value);

/** 0.5 → 0.5, 1e-3 → 10^{-3}. */
function texNumber(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  const match = /^(.*)e([+-]?\d+)$/.exec(text);
  return match ? `${match[1]}\\cdot 10^{${Number(match[2])}}` : text;
}
const texText = (text: string): string => `\\text{${text.replaceAll(/[\\{}$&#^_%~]/g, ' ')}}`;

/** What a term does not know of its arm: whether this has several guides, which then go by their names, and where it forks. */
interface Naming {
  several: boolean;
  from: number;
}

const toGuide = (guide: string, { several }: Naming): string => (several ? ` to “${guide}”` : '');
const guideTex = (guide: string, { several }: Naming): string => (several ? `^{${texText(guide)}}` : '');

const VIEWS: Readonly<Record<TokenView, string>> = {
  position: 'position by position',
  flattened: 'whole sequences',
  'all-tokens': 'all tokens',
  'last-token': 'last token',
};

/** ", first 2", of a mapping that is the term's own. */
const pairsWords = (mapping: MappingSpec | undefined): string => (mapping === undefined ? '' : isDrawn(mapping) ? ', own pairs' : `, ${mappingWords(mapping)}`);

/** When an arm is guided. @param from of a fork its step: those of the course count from there */
function spanWords(course: Course, { base: { steps }, interventions }: Whole, from: number): string {
  const off = interventions.find(({ set }) => set.guidance === false)?.step ?? steps;
  if (off < Math.min(from + span(course).to, steps)) return `switched off at step ${number(off)}`;
  const words = courseWords(course, steps - from);
  return from > 0 && words === 'whole run' ? 'to the end' : words;
}

/** Behind a term that is no guidance: its course, where it has one. */
const courseBehind = (course: Course = WHOLE, { base }: Whole, { from }: Naming): string =>
  course.kind === 'whole' ? '' : `, ${courseWords(course, base.steps - from)}`;

function align(experiment: Whole, term: AlignTerm, naming: Naming): Summand {
  const { base } = experiment;
  const { guide, weight, reduction, measure, tokens, course } = alignSettings(base, term);
  const view = tokens === sharedTokens(base) ? '' : `, ${VIEWS[tokens]}`;
  const over = reduction === 'sum' ? '\\sum_{(i,j)\\in M}' : '\\tfrac{1}{|M|}\\sum_{(i,j)\\in M}';
  return {
    words:
      `${weightWords(weight)} × ${reduction === 'sum' ? 'Σ' : 'mean'} (1 − ${measureWords(measure)}${toGuide(guide, naming)})` +
      `${pairsWords(term.mapping)}${view}, ${spanWords(course, experiment, naming.from)}`,
    tex: `${texNumber(weight)}${over}\\bigl(1-${measureTex(measure)}(G${guideTex(guide, naming)}_i,T_j)\\bigr)${courseTex(course)}`,
  };
}

function distil(experiment: Whole, term: DistilTerm, naming: Naming): Summand {
  const { guide, kdWeight, temperature, direction, course } = distilSettings(term);
  const teacher = naming.several ? ` from “${guide}”` : '';
  const behind = courseBehind(course, experiment, naming);
  const by = naming.several ? texText(guide) : '\\text{teacher}';
  if (direction === 'logits') {
    return {
      words: `${weightWords(kdWeight)} (logits − teacher’s)²${teacher}${behind}`,
      tex: `${texNumber(kdWeight)}\\,\\overline{\\bigl(z^{\\text{student}}-z^{${by}}\\bigr)^2}${courseTex(course)}`,
    };
  }
  const [p, q] = direction === 'forward' ? [`p^{${by}}`, 'p^{\\text{student}}'] : ['p^{\\text{student}}', `p^{${by}}`];
  const t = texNumber(temperature);
  return {
    words: `${weightWords(kdWeight)} ${direction === 'reverse' ? 'reverse KL' : 'KL'}${teacher} · T ${number(temperature)}${behind}`,
    tex: `${texNumber(kdWeight)}\\cdot ${t}^2\\,\\mathrm{KL}\\bigl(${p}_{T=${t}}\\,\\Vert\\,${q}_{T=${t}}\\bigr)${courseTex(course)}`,
  };
}

const REGULARISERS = {
  'intrinsic-dimension': { words: 'intrinsic dimension', tex: '\\ell_{\\mathrm{ID}}' },
  'participation-ratio': { words: 'participation ratio', tex: '\\ell_{\\mathrm{PR}}' },
};

function regularise(experiment: Whole, { what, weight, taps, course = WHOLE }: TermOf<'regularise'>, naming: Naming): Summand {
  const { words, tex } = REGULARISERS[what];
  const layers = taps === undefined ? '' : ` of ${taps.length === 1 ? taps[0] : `${taps.length} layers`}`;
  return {
    words: `${weightWords(weight)} × ${words} loss${layers}${courseBehind(course, experiment, naming)}`,
    tex: `${texNumber(weight)}\\sum_{j${taps === undefined ? '' : '\\in L'}}${tex}(T_j)${courseTex(course)}`,
  };
}

const MATCHES = {
  outputs: { words: '(outputs − guide’s)²', tex: (g: string) => `\\overline{\\bigl(z^{\\text{target}}-z${g}\\bigr)^2}` },
  moments: {
    words: 'Σ (mean, variance − guide’s)²',
    tex: (g: string) => `\\sum_{(i,j)\\in M}\\bigl[\\bigl(\\mu(T_j)-\\mu(G${g}_i)\\bigr)^2+\\bigl(\\sigma^2(T_j)-\\sigma^2(G${g}_i)\\bigr)^2\\bigr]`,
  },
};

function match(experiment: Whole, { what, weight, guide, mapping, course = WHOLE }: TermOf<'match'>, naming: Naming): Summand {
  const { words, tex } = MATCHES[what];
  const own = what === 'outputs' && !naming.several ? '^{\\text{guide}}' : guideTex(guide, naming);
  return {
    words: `${weightWords(weight)} × ${words}${toGuide(guide, naming)}${what === 'moments' ? pairsWords(mapping) : ''}${courseBehind(course, experiment, naming)}`,
    tex: `${texNumber(weight)}\\,${tex(own)}${courseTex(course)}`,
  };
}

function summandOf(experiment: Whole, term: Term, naming: Naming): Summand {
  switch (term.kind) {
    case 'align':
      return align(experiment, term, naming);
    case 'distil':
      return distil(experiment, term, naming);
    case 'regularise':
      return regularise(experiment, term, naming);
    case 'match':
      return match(experiment, term, naming);
  }
}

/** Where the formula has the teachers' outputs before the guides' layers, so does the line. */
const ORDER: readonly Term['kind'][] = ['distil', 'match', 'align', 'regularise'];

/** Whether a term acts in the arm's warm-up and no longer. */
const endsWithWarmup = ({ warmup }: ArmSpec, { course }: Term): boolean => (warmup?.steps ?? 0) > 0 && course?.kind === 'until' && course.step === 0;

/** The summands besides the cross-entropy, and the weight of that. */
function lossOf(experiment: Whole, arm: ArmSpec): { crossEntropy: number; terms: Summand[] } {
  const naming = { several: guidesOf(arm).length > 1, from: arm.fork?.step ?? 0 };
  const weights = arm.terms.flatMap((term) => (term.kind === 'distil' ? [term.ceWeight] : []));
  // What lasts as long as the warm-up is told with it.
  const sorted = arm.terms.filter((term) => !endsWithWarmup(arm, term)).toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return { crossEntropy: weights.length === 0 ? 1 : weights.reduce((a, b) => a + b, 0), terms: sorted.map((term) => summandOf(experiment, term, naming)) };
}

/** What an arm has of its own besides its loss, each in a few words. */
export function settingsWords(experiment: Whole, arm: ArmSpec): string[] {
  const { arms, base, target, task } = experiment;
  const { learningRate, unusedBias, init, labelSmoothing = 0, optimiser, terms, fork } = arm;
  // Steps of its courses count from where it forks.
  const counted = terms.some(({ course }) => course && course.kind !== 'whole');
  return [
    ...(arm.target ? [targetWords(target, arm.target, task)] : []),
    ...(optimiser ? [optimiserWords(base.optimiser, optimiser)] : []),
    ...(learningRate === undefined ? [] : [`lr ${number(learningRate)}`]),
    ...(labelSmoothing > 0 ? [`labels smoothed by ${number(labelSmoothing)}`] : []),
    ...(unusedBias === undefined ? [] : [`unused classes start at ${number(unusedBias)}`]),
    ...(init === undefined ? [] : [`${initWord(init)} init`]),
    ...copiedWords(experiment, arm),
    ...(fork ? [`from step ${number(fork.step)} of “${arms.find(({ id }) => id === fork.of)?.name}”${counted ? ', and counted from there' : ''}`] : []),
  ];
}

/** What a guide knows is handed over where it was trained: that is no guidance, and is called what it is. */
function copiedWords(experiment: Whole, arm: ArmSpec): string[] {
  const { start } = arm;
  if (!start) return [];
  const transfer = experiment.guides[start.guide]?.state === 'untrained' ? '' : ' (a transfer of what it has learnt)';
  return [startWords(start, copiedBy(experiment, arm)?.length ?? null) + transfer];
}

function optimiserWords(shared: Whole['base']['optimiser'], own: Whole['base']['optimiser']): string {
  const name = { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' }[own.kind];
  return own.weightDecay === shared.weightDecay ? name : `${name}, weight decay ${number(own.weightDecay)}`;
}

/** A target of an arm's own: by what it has that the shared one lacks, where that is one thing; else by its title. */
function targetWords(shared: Whole['target'], own: Whole['target'], task: Whole['task']): string {
  if (own.family === 'custom' && shared.family !== 'custom') {
    const [has, had] = [/^\s*residual$/m, /^\s*layernorm$/m].map((line) => line.test(own.text));
    if (has || had) return [...(has ? ['residual connections'] : []), ...(had ? ['layer norm'] : [])].join(', ');
  }
  if ('norm' in own && 'norm' in shared && JSON.stringify({ ...own, norm: shared.norm }) === JSON.stringify(shared)) return `${own.norm} norm`;
  return `its own target, ${describeNetwork(own, taskShape(task)).title}`;
}

/**
 * An arm in one line: "+ 4 × Σ (1 − CKA), whole run · lr 3e-4".
 * @param experiment its `interventions` are those of the run that the line is about
 */
export function armWords(experiment: Whole, arm: ArmSpec): string {
  const { crossEntropy, terms } = lossOf(experiment, arm);
  const own = crossEntropy === 1 && !arm.terms.some(({ kind }) => kind === 'distil') ? [] : [`${weightWords(crossEntropy)} CE`];
  const loss = [...own, ...terms.map(({ words }) => `+ ${words}`)].join(' ');
  const warmup = arm.warmup && arm.warmup.steps > 0 ? [warmupWords(arm.warmup)] : [];
  return [...warmup, loss || 'task loss only', ...settingsWords(experiment, arm)].join(' · ');
}

/** Before training proper: alignment at its whole weight, beside the loss of the task that is warmed up on, if there is one. */
function warmupTex(experiment: Whole, { warmup, ...arm }: ArmSpec): string {
  if (!warmup || warmup.steps === 0) return '';
  const aligned = arm.terms.flatMap((term) => (term.kind === 'align' && warmup.loss !== 'task' ? [{ ...term, course: undefined }] : []));
  const { terms } = lossOf(experiment, { ...arm, terms: aligned });
  const loss = [...(warmup.loss === 'align' ? [] : ['\\mathrm{CE}_{\\text{warm-up}}']), ...terms.map(({ tex }) => tex)].join(' + ');
  return `\\underbrace{${loss}}_{\\text{first ${warmup.steps} steps}}\\;\\rightarrow\\;`;
}

/** Where it begins, if that is a guide: σ is of every tensor's own values. */
function startTex({ start }: ArmSpec): string {
  if (!start) return '';
  return `\\qquad\\theta_0=\\theta^{${texText(start.guide)}}${start.noise > 0 ? `+${texNumber(start.noise)}\\,\\sigma\\varepsilon` : ''}`;
}

/** An arm's loss as it is minimised, in TeX. */
export function armTex(experiment: Whole, arm: ArmSpec): string {
  const { crossEntropy, terms } = lossOf(experiment, arm);
  const smoothed = arm.labelSmoothing ? `_{\\varepsilon=${texNumber(arm.labelSmoothing)}}` : '';
  const factor = crossEntropy === 1 && !arm.terms.some(({ kind }) => kind === 'distil') ? '' : `${texNumber(crossEntropy)}\\,`;
  const loss = [`${factor}\\mathrm{CE}${smoothed}`, ...terms.map(({ tex }) => tex)].join(' + ');
  if (!arm.fork) return warmupTex(experiment, arm) + loss + startTex(arm);
  const { step } = arm.fork;
  return `${loss.replaceAll('\\text{step}', `(\\text{step}-${step})`)}\\qquad\\text{step}\\ge ${step}`;
}
