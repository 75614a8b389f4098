/** What a run on a GPU machine has found, as it goes into its file, and the report that is made of it. */
import { PRESETS } from '../contestants/entry.ts';
import type { Raced } from '../race.ts';
import { absences, atMost, costOfMembers, faster, type Figure, perDispatch, type Report, type Section, shareOfPeak, single, time } from '../report/figures.ts';
import { TORCH_MODES, type TorchMode } from '../stages/torch.ts';
import type { Checked } from './checks.ts';
import type { Adapter } from './driver.ts';
import { DISPATCHES, MEMBERS, OURS, peakName, type RaceFound, TORCH_PEAK, torchName } from './peers.ts';
import type { ItemId } from './plan.ts';

export const CHECKS = ['self-check', 'shapes', 'replay'] as const;
export type CheckId = (typeof CHECKS)[number];

/** Cases that were tried, out of so many; the process may have been stopped. */
export interface CheckFound {
  cases: number;
  /** Largest error, relative to the largest value of a result, that rounding can explain. */
  tolerance: number;
  done: Checked[];
}

export interface Findings {
  commit: string;
  date: string;
  rounds: number;
  /** Tiny sizes, only to see that everything works. */
  small: boolean;
  machine: Record<string, string>;
  /** Ways to a driver that were tried, the last one being in use where there is an adapter. */
  driver: { how?: string; adapter?: Adapter; tries: { how: string; found: string }[] };
  checks: Partial<Record<CheckId, CheckFound>>;
  races: Partial<Record<ItemId, RaceFound>>;
  /** Seconds that each item took, of those that it was allotted, and the load of the machine at its ends. */
  items: { id: ItemId; seconds: number; allotted: number; load: [number, number]; failed?: string }[];
}

/** A report that says of itself where it comes from, and whether it may be kept. */
export interface GpuReport extends Report {
  /** Why its figures are worth nothing; empty when they are those of a GPU. */
  trial: string[];
  findings: Findings;
}

type Part = Pick<Section, 'name' | 'title' | 'explained' | 'figures' | 'notes'> & { items: ItemId[] };

const CHECKED: Record<CheckId, string> = {
  'self-check': 'self-check, as on the page',
  shapes: 'edges of shapes, and terms of losses',
  replay: 'replayed experiments',
};

function checkFigures(id: CheckId, { cases, tolerance, done }: CheckFound): { figures: Figure[]; notes: string[] } {
  const what = CHECKED[id];
  const notes: string[] = [];
  if (done.length < cases || cases === 0) notes.push(`${what}: ${done.length} of ${cases} cases; time was over, or the process ended.`);
  for (const { name, failed, replayed } of done) {
    if (failed !== undefined) notes.push(`${what}: ${name} failed (${failed}).`);
    for (const reason of replayed?.refused ?? []) notes.push(`${what}: ${name} was not recorded (${reason}).`);
  }
  const complaints = [...new Set(done.flatMap((one) => one.complaints))];
  notes.push(...complaints.map((complaint) => `${what}: the device refused: ${complaint.split('\n')[0]}`));
  const figures: Figure[] = [];
  const failures = done.filter(({ failed }) => failed !== undefined).length;
  if (id === 'replay') {
    const replays = done.flatMap(({ replayed }) => replayed ?? []);
    const sum = (of: 'different' | 'compared' | 'replayed') => replays.reduce((total, one) => total + one[of], 0);
    const who = `${replays.length} experiments, ${sum('replayed')} replayed steps, ${sum('compared')} numbers`;
    if (replays.length > 0)
      figures.push({ what, who, value: single(sum('different')), unit: 'numbers other than those of steps run by tfjs', target: atMost(0) });
  } else {
    const errors = done.flatMap((one) => Object.entries(one.errors ?? {}));
    const wrong = errors.filter(([, error]) => error === null || error > tolerance);
    notes.push(...wrong.map(([name, error]) => `${what}: ${name} is off by ${error === null ? 'what is no number' : error.toPrecision(2)}.`));
    if (errors.length > 0) {
      const who = `${errors.length} results of ${done.length} cases`;
      figures.push(
        {
          what,
          who,
          value: single(Math.max(...errors.map(([, error]) => error ?? 0))),
          unit: 'of the largest value: the largest error',
          target: atMost(tolerance),
        },
        { what, who, value: single(wrong.length), unit: 'results beyond it, or no numbers', target: atMost(0) },
      );
    }
  }
  if (done.length > 0) figures.push({ what, who: `${done.length} cases`, value: single(failures), unit: 'cases that failed', target: atMost(0) });
  return { figures, notes };
}

function kernels({ checks }: Findings): Part {
  const found = CHECKS.flatMap((id) => {
    const check = checks[id];
    return check ? [checkFigures(id, check)] : [];
  });
  return {
    name: 'gpu-kernels',
    title: 'Kernels on the GPU',
    explained:
      'Every kernel against the reference on the CPU: the cases of the self-check that the page runs, those at the edges of shapes, and terms of losses; errors are ' +
      'relative to the largest value of a result. Then experiments whose steps are replayed and run by tfjs, compared bit for bit: losses, evaluations and states.',
    figures: found.flatMap(({ figures }) => figures),
    notes: found.flatMap(({ notes }) => notes),
    items: ['checks'],
  };
}

/** Figures of a race: what needs a contestant that was not there is left out. */
class Rows {
  readonly #raced: readonly Raced[];
  constructor({ raced }: RaceFound) {
    this.#raced = raced;
  }
  with(needed: readonly [who: string, members: number][], make: (...rows: Raced[]) => Figure[]): Figure[] {
    const rows = needed.flatMap(([who, members]) => this.#raced.find((row) => row.who === who && row.members === members) ?? []);
    return rows.length === needed.length && rows.every(({ wall }) => wall.length > 0) ? make(...rows) : [];
  }
}

function races(findings: Findings, ids: readonly ItemId[], figures: (id: ItemId, rows: Rows) => Figure[]): Pick<Part, 'figures' | 'notes' | 'items'> {
  const found = ids.flatMap((id) => {
    const race = findings.races[id];
    return race ? [{ id, race }] : [];
  });
  return {
    figures: found.flatMap(({ id, race }) => figures(id, new Rows(race))),
    notes: [...new Set(found.flatMap(({ id, race }) => absences(workloadOf(id), race.absent)))],
    items: [...ids],
  };
}

const workloadOf = (id: ItemId): string => id.replace(/^\w+ of /, '');

function limits(findings: Findings): Part {
  const peak = peakName(findings.small);
  return {
    name: 'gpu-limits',
    title: 'What the GPU can do',
    explained:
      "Our product of two large matrices in float32, which steps are compared with below, beside PyTorch's (without TF32). And dispatches that do next to nothing, of which " +
      'each waits for the one before: no step can take less for each of its own.',
    ...races(findings, ['limits'], (_, rows) => {
      const alone = rows.with([[peak, 1]], (own) => [{ ...shareOfPeak(peak, own, own), who: 'ours', ratio: undefined, of: undefined }]);
      const compared = rows.with(
        [
          [peak, 1],
          [TORCH_PEAK, 1],
        ],
        (own, torch) => [
          { ...shareOfPeak(peak, torch, torch), who: 'PyTorch', ratio: undefined, of: undefined },
          { ...shareOfPeak(peak, own, torch), who: 'ours', of: "of PyTorch's" },
        ],
      );
      return [...(compared.length > 0 ? compared : alone), ...rows.with([[DISPATCHES, 1]], (row) => [{ ...perDispatch(DISPATCHES, row), who: 'WebGPU' }])];
    }),
  };
}

function peers(findings: Findings): Part {
  const peak = peakName(findings.small);
  const modes = Object.keys(TORCH_MODES) as TorchMode[];
  return {
    name: 'gpu-peers',
    title: 'Training steps on the GPU, beside PyTorch',
    explained:
      'Unguided members, each a network of its own with its own batches: ours, stacked and replayed on WebGPU, and as many networks in PyTorch on CUDA, one behind the ' +
      'other when it is eager or as one CUDA graph of a step of all, or as branches of such a graph. Both in float32 without TF32, Adam (of PyTorch the fused one), the ' +
      'networks of *Against jax-js and PyTorch*. Times are from the first step that is asked for until the last one has been computed.',
    ...races(
      findings,
      PRESETS.map((preset) => `peers of ${preset}` as const),
      (id, rows) => {
        const what = workloadOf(id);
        return MEMBERS.flatMap((members) => {
          const compared = modes.flatMap((mode) =>
            rows.with(
              [
                [OURS, members],
                [torchName(mode), members],
              ],
              (ours, torch) => [faster(what, ours, torch)],
            ),
          );
          const alone = rows.with([[OURS, members]], (ours) => [time(what, ours)]);
          return [
            ...modes.flatMap((mode) => rows.with([[torchName(mode), members]], (torch) => [time(what, torch)])),
            ...(compared.length > 0 ? compared : alone),
            ...rows.with([[OURS, members]], (ours) => [perDispatch(what, ours)]),
            ...rows.with(
              [
                [OURS, members],
                [peak, 1],
              ],
              (ours, most) => [shareOfPeak(what, ours, most)],
            ),
          ];
        });
      },
    ),
  };
}

function arms(findings: Findings): Part {
  const peak = peakName(findings.small);
  return {
    name: 'gpu-arms',
    title: 'Arms on the GPU',
    explained:
      "The page's own steps, replayed: one member is the guided arm alone, three are an unguided, a guided and a distilled arm, 15 these with five seeds. Of a step only its " +
      'matrix products and convolutions count as arithmetic.',
    ...races(
      findings,
      PRESETS.map((preset) => `arms of ${preset}` as const),
      (id, rows) => {
        const what = workloadOf(id);
        return MEMBERS.flatMap((members) => [
          ...(members === 1
            ? rows.with([[OURS, 1]], (one) => [time(what, one)])
            : rows.with(
                [
                  [OURS, members],
                  [OURS, 1],
                ],
                (row, one) => [costOfMembers(what, row, one, false)],
              )),
          ...rows.with([[OURS, members]], (row) => [perDispatch(what, row)]),
          ...rows.with(
            [
              [OURS, members],
              [peak, 1],
            ],
            (row, most) => [shareOfPeak(what, row, most)],
          ),
        ]);
      },
    ),
  };
}

/** @returns why figures say nothing of a GPU */
function trials({ small, driver: { adapter } }: Findings): string[] {
  return [...(small ? ['it was measured at tiny sizes'] : []), ...(adapter ? (adapter.software ? ['the GPU is emulated'] : []) : ['there was no GPU'])];
}

export function reportOf(findings: Findings): GpuReport {
  const { machine, driver, rounds, items } = findings;
  const { adapter } = driver;
  const parts = [kernels(findings), limits(findings), peers(findings), arms(findings)];
  const sections = parts.flatMap(({ items: ids, ...part }): Section[] => {
    const taken = items.filter(({ id }) => ids.includes(id));
    if (taken.length === 0) return [];
    const failed = taken.flatMap(({ id, failed: why }) => (why === undefined ? [] : [`${id} ended early: ${why}.`]));
    return [
      {
        ...part,
        notes: [...part.notes, ...failed],
        date: findings.date,
        commit: findings.commit,
        seconds: taken.reduce((sum, { seconds }) => sum + seconds, 0),
        load: [taken[0].load[0], taken[taken.length - 1].load[1]],
      },
    ];
  });
  return {
    machine: {
      ...machine,
      ...(adapter && { adapter: `${adapter.vendor} ${adapter.architecture}: ${adapter.device}, ${adapter.description}`, 'Vulkan driver': driver.how ?? '' }),
    },
    rounds,
    sections,
    trial: trials(findings),
    findings,
  };
}
