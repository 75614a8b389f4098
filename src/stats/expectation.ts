/** What a verdict will answer, said before anything was measured. */
import { taskMetric } from '../experiment/networks/describe.ts';
import { askedBy, type Lead } from '../experiment/plan/lead.ts';
import { comparedNames, crossingWords, type Yes, yesTo } from '../experiment/question.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { inWords, MIN_SEEDS_FOR_ALL, MIN_SEEDS_FOR_CLAIM, seedsInWords } from './seeds.ts';

/** "guided beats unguided in validation accuracy" */
function yesWords(experiment: Experiment, lead: Lead, yes: Yes): string {
  const [arm, against] = comparedNames(experiment, lead);
  if (typeof lead.by === 'object') return `${arm} passes ${crossingWords(experiment.task, lead.by.crossing)} sooner than ${against}`;
  const score = `${lead.by === 'best' ? 'best ' : ''}validation ${taskMetric(experiment.task).name}`;
  return `${arm} ${yes === 'worse' ? 'is worse than' : 'beats'} ${against} in ${score}`;
}

/** What would be a yes, in one sentence, and from how many seeds on where there are too few. */
export function expectation(experiment: Experiment): string {
  const lead = askedBy(experiment);
  if (!lead) return 'The score will stand here; an answer needs a second arm to compare with.';
  const yes = yesTo(experiment);
  const seeds = experiment.seeds.length;
  const fewest = yes === 'worse' || typeof lead.by === 'object' ? MIN_SEEDS_FOR_ALL : MIN_SEEDS_FOR_CLAIM;
  const over = seeds < fewest ? '' : ` over ${seedsInWords(seeds)}`;
  const missing = seeds < fewest ? `; that takes ${seedsInWords(fewest)}, and there ${seeds === 1 ? 'is' : 'are'} ${inWords(seeds)}` : '';
  const controls = yes === 'needs the guide' ? ', and no control does as well' : '';
  return `The answer will stand here: yes if, beyond noise${over}, ${yesWords(experiment, lead, yes)}${controls}${missing}.`;
}
