/** Runs the plan on a GPU machine: every item in processes of its own, and its findings into the file as soon as it is over. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Workload } from '../contestants/entry.ts';
import type { Told } from './checks.ts';
import { type Adapter, findDriver, ways } from './driver.ts';
import { type CheckFound, type CheckId, CHECKS, type Findings, reportOf } from './findings.ts';
import { raceArms, raceLimits, racePeers, TorchProcesses } from './peers.ts';
import { allotted, type Item, PLAN } from './plan.ts';

const SCRIPT = fileURLToPath(import.meta.url);
const HERE = dirname(SCRIPT);
/** Where PyTorch may be, besides what is named. */
const PYTHONS = ['python3', '/usr/bin/python3'];
const PROBE_MS = 30_000;
/** A device is found, its shaders are compiled, or PyTorch is loaded, in less. */
const PATIENCE_MS = 90_000;
/** Kept for the last file and the end of all processes. */
const RESERVE_S = 8;
const FULL = { rounds: 5, turnMs: 300, warmUp: 200, every: 1 };
const SMALL = { rounds: 2, turnMs: 50, warmUp: 2, every: 10 };

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

/** First line that a program prints, or null where it does not run. */
const firstLine = (program: string, words: string[]): Promise<string | null> =>
  promisify(execFile)(program, words, { timeout: PROBE_MS }).then(
    ({ stdout }) => stdout.trim().split('\n')[0],
    () => null,
  );

async function describeMachine(): Promise<Record<string, string>> {
  const fields = ['name', 'driver_version', 'memory.total', 'clocks.max.sm', 'power.limit'];
  const gpu = await firstLine('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader']);
  return {
    ...(gpu && { GPU: `${gpu} (${fields.join(', ')})` }),
    processor: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${release()}`,
    Node: process.version,
    packages: __PACKAGES__,
  };
}

/** How a process ended, once all that it has told is here. */
async function ended(child: ChildProcess): Promise<string> {
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  return String(signal ?? code);
}

/** What an adapter says, of a process of its own: a driver that breaks takes nothing else with it. */
async function probe(extra: Record<string, string>): Promise<Adapter> {
  const child = fork(SCRIPT, ['probe'], { env: { ...process.env, ...extra }, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS);
  let told: { adapter?: Adapter; error?: string } = {};
  child.once('message', (message) => {
    told = message as typeof told;
  });
  const how = await ended(child);
  clearTimeout(timer);
  if (!told.adapter) throw new Error(told.error ?? `its process ended (${how})`);
  return told.adapter;
}

/** The cases of a check, until the time is over; a process that ends in the midst of one is followed by another. */
async function runChecks(id: CheckId, every: number, findings: Findings, env: NodeJS.ProcessEnv, until: number): Promise<void> {
  const found: CheckFound = { cases: 0, tolerance: 0, done: [] };
  findings.checks[id] = found;
  do {
    let current: string | undefined;
    const child = fork(SCRIPT, ['check', id, String(every), String(found.done.length)], { env });
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.max(0, until - performance.now()));
    child.on('message', (message) => {
      const told = message as Told;
      if ('cases' in told) Object.assign(found, told);
      else if ('begins' in told) current = told.begins;
      else {
        found.done.push(told);
        current = undefined;
      }
    });
    const how = await ended(child);
    clearTimeout(timer);
    if (performance.now() >= until) break;
    // Nothing would begin in another process either.
    if (current === undefined && found.done.length < found.cases) throw new Error(`its process ended (${how})`);
    if (found.cases === 0) throw new Error(`its process ended before the first case (${how})`);
    if (current !== undefined) found.done.push({ name: current, seconds: 0, failed: `the process ended (${how})`, complaints: [] });
  } while (found.done.length < found.cases);
  say(`${id}: ${found.done.length} of ${found.cases} cases`);
}

interface Asked {
  out: string;
  minutes: number;
  begun: number;
  small: boolean;
  pythons: string[];
  device: 'cpu' | 'cuda';
}

function asked(words: string[]): Asked {
  const { values } = parseArgs({
    args: words,
    options: {
      out: { type: 'string' },
      minutes: { type: 'string', default: '7.5' },
      begun: { type: 'string' },
      small: { type: 'boolean', default: false },
      python: { type: 'string' },
      'torch-device': { type: 'string', default: 'cuda' },
    },
  });
  return {
    out: values.out ?? 'gpu.json',
    minutes: Number(values.minutes),
    begun: values.begun ? Number(values.begun) * 1000 : Date.now(),
    small: values.small,
    pythons: values.python ? [values.python] : PYTHONS,
    device: values['torch-device'] === 'cpu' ? 'cpu' : 'cuda',
  };
}

function write(file: string, findings: Findings): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(reportOf(findings), null, 1)}\n`);
  renameSync(`${file}.part`, file);
}

/** @returns the exit status: 0 when there was a device to measure */
export async function conduct(words: string[]): Promise<number> {
  const { out, minutes, begun, small, pythons, device } = asked(words);
  const { rounds, turnMs, warmUp, every } = small ? SMALL : FULL;
  const secondsLeft = () => minutes * 60 - RESERVE_S - (Date.now() - begun) / 1000;
  const findings: Findings = {
    commit: __COMMIT__,
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    rounds,
    small,
    machine: await describeMachine(),
    driver: { tries: [] },
    checks: {},
    races: {},
    items: [],
  };
  const plain = process.env.PLAIN_LIBRARY_PATH;
  const torch = new TorchProcesses(pythons, {
    script: join(HERE, 'torch_steps.py'),
    device,
    // Libraries that were packed for the driver are none of PyTorch's business.
    env: { LD_LIBRARY_PATH: plain },
    patienceMs: PATIENCE_MS,
  });
  // It is loaded while kernels are checked.
  const aboutTorch = torch.about().then(
    ({ torch: version, computes, device: name = 'CPU', multiprocessors, capability }) =>
      `${version}, ${computes}, ${name}${multiprocessors ? `, ${multiprocessors} multiprocessors, compute capability ${capability}` : ''}`,
    (error: Error) => `none: ${error.message}`,
  );

  let env: NodeJS.ProcessEnv = process.env;

  const perform = async ({ id }: Item, until: number): Promise<void> => {
    if (id === 'driver') {
      const { way, adapter, tries } = await findDriver(ways(process.env, join(HERE, 'drivers'), process.env.PACKED_LIBRARIES ?? HERE), probe);
      findings.driver = { how: way?.how, adapter, tries };
      env = { ...process.env, ...way?.env };
      for (const { how, found } of tries) say(`${how}: ${found}`);
      return;
    }
    if (id === 'checks') {
      // Side by side: most of their time goes into compiling shaders, which one process does on one core.
      const all = await Promise.allSettled(CHECKS.map((check) => runChecks(check, every, findings, env, until)));
      for (const one of all) if (one.status === 'rejected') throw one.reason;
      return;
    }
    findings.machine.PyTorch = await aboutTorch;
    const [kind, workload] = id.split(' of ') as ['limits' | 'peers' | 'arms', Workload];
    const place = {
      stage: { module: SCRIPT, words: ['contestant'], env, warmUp, small, patienceMs: PATIENCE_MS },
      torch,
      options: { rounds, turnMs, until, say },
    };
    findings.races[id] = await (kind === 'limits' ? raceLimits(place) : kind === 'peers' ? racePeers(workload, place) : raceArms(workload, place));
  };

  const finish = () => {
    write(out, findings);
    torch.end();
  };
  // A driver may hang where nothing else ends it.
  setTimeout(
    () => {
      say('time is over');
      finish();
      process.exit(1);
    },
    Math.max(0, 1000 * (secondsLeft() + RESERVE_S / 2)),
  );

  for (const [at, item] of PLAN.entries()) {
    const share = allotted(at, secondsLeft());
    const [start, before] = [performance.now(), loadavg()[0]];
    let failed: string | undefined;
    if (share < 1) failed = 'no time was left';
    else if (item.id !== 'driver' && !findings.driver.adapter) failed = 'there is no GPU';
    else {
      say(`${item.id}: ${Math.round(share)} s at most`);
      await perform(item, start + 1000 * share).catch((error: Error) => {
        failed = error.message;
        say(`${item.id} failed: ${error.stack}`);
      });
    }
    findings.items.push({ id: item.id, seconds: (performance.now() - start) / 1000, allotted: share, load: [before, loadavg()[0]], failed });
    write(out, findings);
  }
  finish();
  say(`written to ${out}`);
  return findings.driver.adapter ? 0 : 1;
}
