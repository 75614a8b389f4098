/** PyTorch in a process of its own, which holds one contestant or several. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Workload } from '../contestants/entry.ts';
import type { Contestant } from '../race.ts';

/** Before the first round. */
const WARM_UP = 20;

/** How a step of several members is asked for: one operation after the other, or as a CUDA graph (bench/contestants/torch_steps.py). */
export type TorchMode = 'eager' | 'graph' | 'streams';
export const TORCH_MODES: Record<TorchMode, string> = { eager: 'eager', graph: 'CUDA graph', streams: 'CUDA graph, members side by side' };

export interface AboutTorch {
  torch: string;
  /** The library that multiplies. */
  computes: string;
  /** Of the GPU: its name, multiprocessors and compute capability. */
  device?: string;
  multiprocessors?: number;
  capability?: string;
}

export interface TorchOptions {
  python: string;
  script: string;
  device: 'cpu' | 'cuda';
  env?: NodeJS.ProcessEnv;
  /** No answer takes longer. Infinite if left out. */
  patienceMs?: number;
}

export class Torch {
  readonly about: Promise<AboutTorch>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #patienceMs: number | undefined;

  constructor({ python, script, device, env, patienceMs }: TorchOptions) {
    this.#patienceMs = patienceMs;
    this.#child = spawn(python, [script, device], { stdio: ['pipe', 'pipe', device === 'cpu' ? 'ignore' : 'inherit'], env: { ...process.env, ...env } });
    this.#child.on('error', () => this.#child.stdout?.destroy());
    // What ends is told by the line that does not come.
    this.#child.stdin?.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    this.about = this.#line('there is no PyTorch here') as Promise<AboutTorch>;
    // Whoever waits for it hears of it.
    this.about.catch(() => {});
  }

  /** @throws {Error} where it does not run, with PyTorch's own words */
  async make(workload: Workload | 'peak', members: number, mode: TorchMode, small: boolean): Promise<{ made: number; flops: number | null }> {
    await this.about;
    return (await this.#ask({ make: workload, members, mode, small })) as { made: number; flops: number | null };
  }

  take(made: number, steps: number): Promise<{ wall: number; cpu: number }> {
    return this.#ask({ take: made, steps }) as Promise<{ wall: number; cpu: number }>;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  async #ask(request: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.#line('its process has ended');
  }

  async #line(otherwise: string): Promise<unknown> {
    const timer = this.#patienceMs === undefined ? undefined : setTimeout(() => this.end(), this.#patienceMs);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done) throw new Error(otherwise);
    const answer = JSON.parse(value) as { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

/** PyTorch on one thread, eager: one unguided member, in a process of its own. */
export function pyTorch(workload: Workload): Contestant {
  let torch: Torch | undefined;
  let made = 0;
  return {
    who: 'PyTorch, eager',
    members: 1,
    warmUp: WARM_UP,
    async start() {
      torch = new Torch({
        python: '/usr/bin/python3',
        script: 'bench/contestants/torch_steps.py',
        device: 'cpu',
        // PyTorch's own threads are not those of the library that multiplies for it.
        env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
      });
      this.who = `PyTorch, eager, ${(await torch.about).computes}`;
      ({ made } = await torch.make(workload, 1, 'eager', false));
      return undefined;
    },
    async take(steps) {
      const { wall, cpu } = await (torch as Torch).take(made, steps);
      return { wallMs: wall, cpuMs: cpu };
    },
    async end() {
      torch?.end();
    },
  };
}
