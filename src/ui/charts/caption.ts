/** The words below an exported picture: what it needs to stay true where nobody sees the page. */
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { armWords } from '@/experiment/armWords.ts';
import { sourcesOf } from '@/experiment/plan/arms.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { RunState } from '@/state/run.ts';
import { guideState, interventionWords, mappingWords, number, trainingStatement } from '@/ui/words.ts';

const BACKENDS = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript', pytorch: 'PyTorch' };

/** Whose values they are and what the band around a line is. */
const seedsWords = ({ seeds }: Experiment): string =>
  seeds.length === 1
    ? `Seed ${seeds[0]} alone, so no band.`
    : `Lines: mean over the ${seeds.length} seeds ${seeds.join(', ')}. Band: mean ± 1 standard deviation over them.`;

function networksWords(experiment: Experiment): string {
  const guides = Object.entries(experiment.guides).map(([id, guide]) => `“${id}” ${describeGuide(experiment, id).title}, ${guideState(guide)}`);
  const target = `Target: ${describeNetwork(experiment.target, taskShape(experiment.task)).title}.`;
  const { mapping } = experiment.base;
  return guides.length === 0 ? target : `${target} Guides: ${guides.join('; ')}. Mapping: ${mappingWords(mapping)}.`;
}

function armsWords(experiment: Experiment): string {
  const told = experiment.arms.map((arm) => {
    const guides = sourcesOf(arm);
    return `${arm.name}: ${armWords({ ...experiment, interventions: [] }, arm)}${guides.length > 0 ? ` (${guides.map((id) => `“${id}”`).join(', ')})` : ''}`;
  });
  return `${told.join('; ')}.`;
}

/** What was not as planned: steps still to come, changes by hand, members that diverged. */
function courseWords({ data, result }: CaptionRun, { base, arms }: Experiment): string[] {
  const step = data.lastEvaluation?.step ?? 0;
  const gone = data.divergences.map(({ arm, seed, step: at }) => `${arms.find(({ id }) => id === arm)?.name ?? arm}, seed ${seed}, at step ${number(at)}`);
  return [
    ...(result && result.stoppedAt === undefined ? [] : [`Not finished: step ${number(step)} of ${number(base.steps)}.`]),
    ...(data.interventions.length > 0 ? [`Changed while it ran: ${data.interventions.map(interventionWords).join('; ')}.`] : []),
    ...(gone.length > 0 ? [`Diverged: ${gone.join('; ')}.`] : []),
  ];
}

type CaptionRun = Pick<RunState, 'data' | 'result' | 'environment'>;

/**
 * @param what what the lines are, in sentences
 * @returns paragraphs
 */
export function captionOf(what: string, run: CaptionRun): string[] {
  const { experiment } = run.data;
  if (!experiment) return [what];
  const made = run.result?.environment ?? run.environment;
  const at = run.result?.finishedAt === undefined ? undefined : new Date(run.result.finishedAt);
  const when = at && Number.isFinite(at.getTime()) ? `, ${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })}` : '';
  return [
    [what, seedsWords(experiment), ...courseWords(run, experiment)].join(' '),
    armsWords(experiment),
    `${networksWords(experiment)} Training: ${trainingStatement(experiment.base)}.`,
    `Guidance Playground${made ? ` on ${BACKENDS[made.backend]}${made.adapter ? ` (${made.adapter})` : ''}` : ''}${when}.`,
  ];
}

/**
 * Break paragraphs into lines.
 * @param widthOf of a text, in the unit of `width`
 */
export function wrapped(paragraphs: readonly string[], width: number, widthOf: (text: string) => number): string[] {
  return paragraphs.flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
      if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}
