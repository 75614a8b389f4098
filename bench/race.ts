/** Contestants take turns, round by round: whatever else the machine does slows all of them down alike. */
import type { Turn } from './contestants/entry.ts';

/** Someone who takes training steps, wherever that is. */
export interface Contestant {
  /** Known at the latest when it has started. */
  who: string;
  members: number;
  /** Steps before the first round: until code is compiled, steps are recorded, and caches are filled. */
  warmUp: number;
  /** @returns floating-point operations of a step, where they are known */
  start(): Promise<number | undefined>;
  take(steps: number): Promise<Turn>;
  end(): Promise<void>;
}

/** A contestant's rounds, in order: those of the same index ran side by side. */
export interface Raced {
  who: string;
  members: number;
  flops: number | undefined;
  /** Milliseconds a step. */
  wall: number[];
  /** CPU milliseconds a step, of all threads. */
  cpu: number[];
  /** Dispatches a step; 0 without a GPU. */
  dispatches: number;
}

/** A contestant that cannot run here, and why. */
export interface Absent {
  who: string;
  members: number;
  reason: string;
}

export interface RaceOptions {
  rounds: number;
  /** A turn takes about so long, and one step at least. */
  turnMs?: number;
  /** When to end, in milliseconds of `performance.now()`: whoever has not started by then does not, and no further round begins. */
  until?: number;
  say(line: string): void;
}

const TURN_MS = 400;

export async function race(
  contestants: readonly Contestant[],
  { rounds, turnMs = TURN_MS, until = Number.POSITIVE_INFINITY, say }: RaceOptions,
): Promise<{ raced: Raced[]; absent: Absent[] }> {
  let ready: { contestant: Contestant; steps: number; row: Raced }[] = [];
  const absent: Absent[] = [];
  const drop = async (contestant: Contestant, error: unknown) => {
    await contestant.end();
    const { who, members } = contestant;
    absent.push({ who, members, reason: (error as Error).message.split('\n')[0] });
    say(`${who} does not run: ${(error as Error).message}`);
  };
  for (const contestant of contestants) {
    try {
      if (performance.now() > until) throw new Error('no time was left');
      const flops = await contestant.start();
      const { who, members, warmUp } = contestant;
      await contestant.take(warmUp);
      const { wallMs, dispatches = 0 } = await contestant.take(1);
      let steps = Math.ceil(turnMs / wallMs);
      // A first guess of short steps is a bad one: code gets faster, and they are read back one by one.
      if (steps > 3) steps = Math.ceil((turnMs * steps) / (await contestant.take(steps)).wallMs);
      ready.push({ contestant, steps, row: { who, members, flops, wall: [], cpu: [], dispatches } });
    } catch (error) {
      await drop(contestant, error);
    }
  }
  for (let round = 0; round < rounds && (round === 0 || performance.now() < until); round++) {
    for (const one of ready) {
      const { contestant, steps, row } = one;
      try {
        const { wallMs, cpuMs } = await contestant.take(steps);
        row.wall.push(wallMs / steps);
        row.cpu.push((cpuMs ?? Number.NaN) / steps);
      } catch (error) {
        ready = ready.filter((other) => other !== one);
        await drop(contestant, error);
      }
    }
  }
  for (const { contestant } of ready) await contestant.end();
  const raced = ready.map(({ row }) => row);
  for (const { who, members, wall } of raced)
    say(`${who}, ${members} ${members === 1 ? 'member' : 'members'}: ${[...wall].sort((a, b) => a - b)[Math.floor(wall.length / 2)].toFixed(2)} ms a step`);
  return { raced, absent };
}
