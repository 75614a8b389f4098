/** Races on a GPU: our replayed steps beside PyTorch's, arms beside each other, and what the device can do at most. */
import type { Workload } from '../contestants/entry.ts';
import { type Absent, type Contestant, race, type Raced, type RaceOptions } from '../race.ts';
import { type DawnStage, onDawn } from '../stages/dawn.ts';
import { type AboutTorch, Torch, TORCH_MODES, type TorchMode, type TorchOptions } from '../stages/torch.ts';

export const MEMBERS = [1, 3, 15] as const;
export const OURS = 'ours, replayed';
export const torchName = (mode: TorchMode): string => `PyTorch, ${TORCH_MODES[mode]}`;
/** Enough for a GPU to be busy. */
const PEAK = 4096;
const SMALL_PEAK = 256;
export const peakName = (small: boolean): string => `product of ${small ? SMALL_PEAK : PEAK} × ${small ? SMALL_PEAK : PEAK} matrices`;
export const DISPATCHES = 'dispatches of one workgroup, each after the one before';
export const TORCH_PEAK = "PyTorch's product";

const TORCH_WARM_UP = 20;

/**
 * PyTorch in a process for each way to ask it: where a graph cannot be captured, nothing else works in that process any more.
 * A process that has ended is started again by who is next.
 */
export class TorchProcesses {
  readonly #options: Omit<TorchOptions, 'python'>;
  readonly #pythons: readonly string[];
  readonly #running = new Map<TorchMode, Torch>();

  /** @param pythons in the order in which they are tried */
  constructor(pythons: readonly string[], options: Omit<TorchOptions, 'python'>) {
    this.#pythons = pythons;
    this.#options = options;
  }

  /** @throws {Error} why none of the Pythons has a PyTorch for the device */
  async about(): Promise<AboutTorch> {
    return (await this.#of('eager')).about;
  }

  /** @param workload 'peak' for a product of two large matrices */
  contestant(who: string, workload: Workload | 'peak', members: number, mode: TorchMode, small: boolean): Contestant {
    let torch: Torch | undefined;
    let made = 0;
    return {
      who,
      members,
      warmUp: small ? 1 : TORCH_WARM_UP,
      start: async () => {
        torch = await this.#of(mode);
        try {
          const answer = await torch.make(workload, members, mode, small);
          made = answer.made;
          return answer.flops ?? undefined;
        } catch (error) {
          torch.end();
          this.#running.delete(mode);
          throw error;
        }
      },
      take: async (steps) => {
        const { wall, cpu } = await (torch as Torch).take(made, steps);
        return { wallMs: wall, cpuMs: cpu };
      },
      // Others may be in the same process.
      end: async () => {},
    };
  }

  end(): void {
    for (const torch of this.#running.values()) torch.end();
    this.#running.clear();
  }

  async #of(mode: TorchMode): Promise<Torch> {
    const running = this.#running.get(mode);
    if (running) return running;
    let reason: unknown = new Error('there is no Python here');
    for (const python of this.#pythons) {
      const torch = new Torch({ ...this.#options, python });
      try {
        await torch.about;
        this.#running.set(mode, torch);
        return torch;
      } catch (error) {
        torch.end();
        reason = error;
      }
    }
    throw reason;
  }
}

/** Without its last on an emulated GPU: of what runs in turn there, more members have nothing but more arithmetic. */
const membersOf = ({ small }: DawnStage) => (small ? MEMBERS.slice(0, -1) : MEMBERS);

export interface RacePlace {
  stage: DawnStage;
  torch: TorchProcesses;
  options: RaceOptions;
}

export interface RaceFound {
  raced: Raced[];
  absent: Absent[];
}

const peakOf = (stage: DawnStage): Contestant => onDawn(stage, peakName(stage.small), 1, { engine: 'peak', size: stage.small ? SMALL_PEAK : PEAK });

/** Unguided members, which PyTorch trains too. Those that are compared start one after the other: time may run out. */
export function racePeers(workload: Workload, { stage, torch, options }: RacePlace): Promise<RaceFound> {
  const contestants = membersOf(stage).flatMap((members) => {
    const modes = (Object.keys(TORCH_MODES) as TorchMode[]).filter((mode) => mode !== 'streams' || members > 1);
    return [
      onDawn(stage, OURS, members, { engine: 'ours', workload, arms: 'unguided', seeds: members }),
      ...modes.map((mode) => torch.contestant(torchName(mode), workload, members, mode, stage.small)),
    ];
  });
  return race([peakOf(stage), ...contestants], options);
}

/** What the page runs: the guided arm alone, and three arms of one seed and of five. */
export function raceArms(workload: Workload, { stage, options }: RacePlace): Promise<RaceFound> {
  const ours = membersOf(stage).map((members) =>
    onDawn(stage, OURS, members, { engine: 'ours', workload, arms: members === 1 ? 'guided' : 'all', seeds: Math.ceil(members / 3) }),
  );
  return race([peakOf(stage), ...ours], options);
}

export function raceLimits({ stage, torch, options }: RacePlace): Promise<RaceFound> {
  return race([peakOf(stage), torch.contestant(TORCH_PEAK, 'peak', 1, 'eager', stage.small), onDawn(stage, DISPATCHES, 1, { engine: 'dispatches' })], options);
}
