import { type Entry, PRESETS } from '../contestants/entry.ts';
import { race } from '../race.ts';
import { absences, atLeast, atMost, costOfMembers, dispatches, faster, type Figure, single, time } from '../report/figures.ts';
import { onNullDevice } from '../stages/dawn.ts';
import type { Benchmark, Found, Options } from './section.ts';

const TIMES_PLAIN = 15;
const DISPATCHES_OF_PLAIN = 0.25;
const COST_OF_FIFTEEN = 1.3;
const LEAK_STEPS = 2000;
const MB = 2 ** 20;

/** What many replayed steps leave behind. */
async function leak(say: Options['say']): Promise<Figure[]> {
  const what = `first-token, ${LEAK_STEPS} more steps`;
  say(what);
  const contestant = onNullDevice('', 3, { engine: 'ours', workload: 'first-token', arms: 'all', seeds: 1 });
  await contestant.start();
  const { tensors: before = 0, bytes: from = 0 } = await contestant.take(500);
  const { tensors = 0, bytes = 0 } = await contestant.take(LEAK_STEPS);
  await contestant.end();
  return [
    { what, who: 'ours, replayed, 3 members', value: single(tensors - before), unit: 'tensors left behind', target: atMost(0) },
    { what, who: 'ours, replayed, 3 members', value: single((bytes - from) / MB), unit: 'MB of memory more' },
  ];
}

/** Evaluations, which change nothing and are read at once. */
async function evaluations({ rounds, say }: Pick<Options, 'rounds' | 'say'>): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  for (const workload of ['wide-fcn', 'first-token'] as const) {
    const what = `${workload}, evaluation`;
    say(what);
    const ours = (direct: boolean) =>
      onNullDevice(direct ? 'ours, run by tfjs' : 'ours, replayed', 3, { engine: 'ours', workload, arms: 'all', seeds: 1, direct, evaluation: true });
    const { raced, absent } = await race([ours(true), ours(false)], { rounds, say });
    found.notes.push(...absences(what, absent));
    if (absent.length > 0) continue;
    const [direct, replayed] = raced;
    const figures = [time(what, direct, 'cpu'), faster(what, replayed, direct, undefined, 'cpu'), dispatches(what, replayed, replayed)];
    found.figures.push(...figures.map((figure) => ({ ...figure, unit: figure.unit.replace('a step', 'an evaluation') })));
  }
  return found;
}

async function run({ rounds, say }: Options): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  for (const workload of PRESETS) {
    say(workload);
    const ours = (members: 1 | 3 | 15, direct: boolean) => {
      const entry: Entry = { engine: 'ours', workload, arms: members === 1 ? 'guided' : 'all', seeds: Math.ceil(members / 3), direct };
      return onNullDevice(direct ? 'ours, run by tfjs' : 'ours, replayed', members, entry);
    };
    const { raced, absent } = await race(
      [onNullDevice('plain tfjs', 3, { engine: 'plain', workload }), ours(3, true), ours(1, false), ours(3, false), ours(15, false)],
      { rounds, say },
    );
    found.notes.push(...absences(workload, absent));
    if (absent.length > 0) continue;
    const [plain, direct, one, three, fifteen] = raced;
    found.figures.push(
      time(workload, plain, 'cpu'),
      faster(workload, direct, plain, undefined, 'cpu'),
      faster(workload, three, plain, atLeast(TIMES_PLAIN), 'cpu'),
      time(workload, one, 'cpu'),
      costOfMembers(workload, three, one, false, undefined, 'cpu'),
      costOfMembers(workload, fifteen, one, false, atMost(COST_OF_FIFTEEN), 'cpu'),
      dispatches(workload, plain, plain),
      dispatches(workload, three, plain, atMost(DISPATCHES_OF_PLAIN)),
      dispatches(workload, fifteen, plain),
    );
  }
  for (const workload of ['perceptron', 'wide-fcn'] as const) {
    const what = `${workload}, unguided`;
    say(what);
    const { raced, absent } = await race(
      [
        onNullDevice('ours, replayed', 1, { engine: 'ours', workload, arms: 'unguided', seeds: 1 }),
        onNullDevice('jax-js, jitted', 1, { engine: 'jax', workload }),
      ],
      { rounds, say },
    );
    found.notes.push(...absences(what, absent));
    if (absent.length > 0) continue;
    const [ours, jax] = raced;
    found.figures.push(time(what, jax, 'cpu'), faster(what, ours, jax, atLeast(1), 'cpu'), dispatches(what, jax, jax), dispatches(what, ours, jax));
  }
  const evaluated = await evaluations({ rounds, say });
  found.figures.push(...evaluated.figures, ...(await leak(say)));
  found.notes.push(...evaluated.notes);
  return found;
}

export const DISPATCH: Benchmark = {
  name: 'dispatch',
  title: 'Asking a GPU for a step',
  run,
  explained:
    "On Dawn's null device in Node, which takes every command and computes nothing, so that what is left is the work of asking: CPU time of the process, all " +
    'its threads. Every contestant has a process of its own. Plain tfjs trains one model after the other.',
};
