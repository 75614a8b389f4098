/** What stands on top of the script. */
import { taskTitle } from '../../experiment/networks/describe.ts';
import { type Experiment, isImageTask } from '../../experiment/schema/schema.ts';
import { findFullSize } from './fullSize.ts';
import { startAlike } from './settings.ts';

const MOST_COLUMNS = 120;

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

const head = (experiment: Experiment): string => {
  const { question, task, arms, seeds, preset } = experiment;
  return `${question || `Guidance on ${taskTitle(task)}`}

An experiment of the Guidance Playground ("${preset}", after "Training the Untrainable", arXiv 2410.20035) in PyTorch 1.13 or
later: ${counted(arms.length, 'arm')} with ${counted(seeds.length, 'seed')} each, ${startAlike(experiment) ? 'from the same initial weights, ' : ''}on the same batches.
`;
};

type Command = readonly [words: string, does: string];

const commands = (rows: readonly Command[]): string => rows.map(([words, does]) => `    ${words}\n        ${does}`).join('\n');

const oneMember = ({ arms, seeds }: Experiment, source = ''): Command => [
  `python train.py${source} --arm ${arms[0].id} --seed ${seeds[0]}`,
  'one of them: as a job of an array; the last one writes result.json',
];
const gathered = (source = ''): Command => [`torchrun --nproc_per_node 4 train.py${source} --gather`, 'each of them on 4 GPUs, CKA over the whole batch'];
const all = (source = ''): Command => [`python train.py${source}`, 'every arm with every seed, one after the other; writes result.json'];

export const about = (experiment: Experiment): string => `${head(experiment)}
${commands([all(), oneMember(experiment), ['python train.py --parity', 'order of batches and dropout masks as in the playground'], gathered()])}

The playground draws result.json beside its own runs. Beside the script: weights/ (what targets and guides begin with),
data.safetensors, experiment.json (what the result repeats), and the same program as a notebook, train.ipynb.
`;

/** How data are named to a script that has none beside it. */
function sourceWords({ task }: Experiment): string {
  if (isImageTask(task)) return ' --images FOLDER';
  return task.kind === 'text-file' ? ' --text TRAIN VALIDATION' : '';
}

/** The same of a script that makes weights and data itself. */
export function aboutMade(experiment: Experiment): string {
  const source = sourceWords(experiment);
  const differs = findFullSize(experiment.preset)?.differs.map((one) => wrapped(`- ${one}`)) ?? [];
  return `${head(experiment)}
${commands([['python train.py --dry-run', 'two steps of a few examples, to see that all of it fits'], all(source), oneMember(experiment, source), gathered(source)])}

It makes its initial weights itself, the same for all arms of a seed. A trained guide is trained first, unless --guide
trained=FILE names its weights.
${differs.length > 0 ? `\nThe settings are the paper's. What it leaves open, and what its released code has otherwise:\n${differs.join('\n')}\n` : ''}`;
}

/** In lines that are not too long, the later ones indented. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last.length + word.length + 1 > MOST_COLUMNS) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}
