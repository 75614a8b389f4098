/** Contestants in processes of their own: on Dawn's null device in Node, and PyTorch. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT } from '../../scripts/install.mjs';
import { type Entry, type Stage, type Turn, warmUpOf, type Workload } from '../contestants/entry.ts';
import type { Call } from '../contestants/worker.ts';
import type { Contestant } from '../race.ts';

/** A replayed step takes so little that what it is made of has to be compiled before it is measured: a second of it. */
const REPLAYED_WARM_UP = 2000;
const NULL_DEVICE: Stage = { backend: 'webgpu', threads: 1, small: false };

export function onNullDevice(who: string, members: number, entry: Entry): Contestant {
  let child: ChildProcess | undefined;
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      child?.once('message', resolve);
      child?.once('exit', () => reject(new Error('its process has ended')));
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
    warmUp: entry.engine === 'ours' ? REPLAYED_WARM_UP : warmUpOf(entry, NULL_DEVICE),
    async start() {
      child = fork('bench/contestants/nullDevice.mjs', { cwd: ROOT });
      child.setMaxListeners(0);
      await next();
      return (await ask({ call: 'make', entry, stage: NULL_DEVICE })) as number | undefined;
    },
    take: async (steps) => (await ask({ call: 'take', steps })) as Turn,
    async end() {
      child?.kill('SIGKILL');
    },
  };
}

const PYTHON = '/usr/bin/python3';
const TORCH_WARM_UP = 20;

/** PyTorch on one thread, eager: one unguided member. */
export function pyTorch(workload: Workload): Contestant {
  let child: ReturnType<typeof spawn> | undefined;
  let lines: AsyncIterator<string> | undefined;
  const line = async () => {
    const { value, done } = (await lines?.next()) ?? { done: true };
    if (done) throw new Error('there is no PyTorch here');
    return value as string;
  };
  return {
    who: 'PyTorch, eager',
    members: 1,
    warmUp: TORCH_WARM_UP,
    async start() {
      child = spawn(PYTHON, ['bench/contestants/torch_steps.py', workload], {
        // PyTorch's own threads are not those of the library that multiplies for it.
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
      });
      child.on('error', () => child?.stdout?.destroy());
      lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
      this.who = `PyTorch, eager, ${await line()}`;
      return undefined;
    },
    async take(steps) {
      child?.stdin?.write(`${steps}\n`);
      const [wallMs, cpuMs] = (await line()).split(' ').map(Number);
      return { wallMs, cpuMs };
    },
    async end() {
      child?.kill();
    },
  };
}
