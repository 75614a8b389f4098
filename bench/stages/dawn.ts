/** Contestants on Dawn for Node, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { type Entry, type Stage, type Turn, warmUpOf } from '../contestants/entry.ts';
import type { Call } from '../contestants/worker.ts';
import type { Contestant } from '../race.ts';

export interface DawnStage {
  /** The module that the process starts with, its arguments, and its environment if it is not ours. */
  module: string;
  words?: string[];
  env?: NodeJS.ProcessEnv;
  /** Steps of our engine before the first round. */
  warmUp: number;
  small: boolean;
  /** No answer takes longer: a driver may hang. Infinite if left out. */
  patienceMs?: number;
}

export function onDawn({ module, words = [], env, warmUp, small, patienceMs }: DawnStage, who: string, members: number, entry: Entry): Contestant {
  const stage: Stage = { backend: 'webgpu', threads: 1, small };
  let child: ChildProcess | undefined;
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      const timer = patienceMs === undefined ? undefined : setTimeout(() => reject(new Error(`no answer for ${patienceMs / 1000} s`)), patienceMs);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      child?.once('message', settled(resolve));
      child?.once(
        'exit',
        settled(() => reject(new Error('its process has ended'))),
      );
    });
  const ask = async (call: Call) => {
    const answered = next();
    child?.send(call);
    const { value, error } = (await answered) as { value?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return {
    who,
    members,
    warmUp: entry.engine === 'ours' ? warmUp : warmUpOf(entry, stage),
    async start() {
      child = fork(module, words, { env });
      child.setMaxListeners(0);
      await next();
      return (await ask({ call: 'make', entry, stage })) as number | undefined;
    },
    take: async (steps) => (await ask({ call: 'take', steps })) as Turn,
    async end() {
      child?.kill('SIGKILL');
    },
  };
}

/** A replayed step takes so little that what it is made of has to be compiled before it is measured: a second of it. */
const REPLAYED_WARM_UP = 2000;

export const onNullDevice = (who: string, members: number, entry: Entry): Contestant =>
  onDawn({ module: 'bench/contestants/nullDevice.mjs', warmUp: REPLAYED_WARM_UP, small: false }, who, members, entry);
