// @ts-check
/** What the parts of `npm test` cost: time by the clock and, where Linux tells it, processor time. */
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './install.mjs';

/** Linux tells times in this unit, whatever its own clock. */
const TICKS_A_SECOND = 100;
const SAMPLE_MS = 500;
const SLOWEST = 5;

/**
 * A line of /proc/<pid>/stat, whose second field (the program's name) may hold blanks and brackets.
 * @param {string} line
 * @returns {{ parent: number, born: string, own: number, waitedFor: number }} own: its seconds on a processor;
 *   waitedFor: those of descendants that have ended and were waited for
 */
export function parseStat(line) {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const seconds = (/** @type {number} */ first) => (Number(fields[first]) + Number(fields[first + 1])) / TICKS_A_SECOND;
  return { parent: Number(fields[1]), born: fields[19], own: seconds(11), waitedFor: seconds(13) };
}

/** @param {string | number} id of a process, or "self" */
const readStat = (id) => parseStat(readFileSync(`/proc/${id}/stat`, 'latin1'));

/** @returns {Map<number, ReturnType<typeof parseStat>>} all processes by their ids */
function processes() {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      found.set(Number(name), readStat(name));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return found;
}

/**
 * Watch the descendants of this process from now on.
 * @returns {() => number | null} ends the watch: their seconds on all processors, null where the system does not tell
 */
export function watchProcessorTime() {
  if (process.platform !== 'linux') return () => null;
  const before = readStat('self').waitedFor;
  /** Seconds of every descendant when it was last seen. @type {Map<string, number>} */
  const seen = new Map();
  /** A browser's processes lose their parents before they end. */
  const family = new Set([process.pid]);
  const sample = () => {
    const all = [...processes()];
    for (let size = 0; size < family.size; ) {
      size = family.size;
      for (const [id, { parent }] of all) if (family.has(parent)) family.add(id);
    }
    for (const [id, { born, own }] of all) if (id !== process.pid && family.has(id)) seen.set(`${id} ${born}`, own);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    const sampled = [...seen.values()].reduce((sum, seconds) => sum + seconds, 0);
    // Neither is all of it: samples miss each process's last moments, and nobody waits for most of a browser's.
    return Math.max(sampled, readStat('self').waitedFor - before);
  };
}

/** @typedef {{ name: string, seconds: number }} Timed */

/** @param {Timed[]} timed @returns {Timed[]} */
const slowest = (timed) => timed.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);

/**
 * @param {{ testResults: { name: string, startTime: number, endTime: number }[] }} report of Vitest
 * @returns {Timed[]} its slowest files
 */
export const slowestFiles = ({ testResults }) =>
  slowest(testResults.map(({ name, startTime, endTime }) => ({ name: relative(ROOT, name), seconds: (endTime - startTime) / 1000 })));

/**
 * @typedef {{ title: string, file: string, tests: { projectName: string, results: { duration: number }[] }[] }} Spec
 * @typedef {{ suites?: PlaywrightSuite[], specs?: Spec[] }} PlaywrightSuite
 * @param {PlaywrightSuite} report of Playwright
 * @returns {Timed[]} its slowest tests
 */
export function slowestSpecs(report) {
  /** @param {PlaywrightSuite} suite @returns {Spec[]} */
  const all = ({ suites = [], specs = [] }) => [...specs, ...suites.flatMap(all)];
  return slowest(
    all(report).flatMap(({ title, file, tests }) =>
      tests.map(({ projectName, results }) => ({
        name: `${file} (${projectName}): ${title}`,
        seconds: results.reduce((sum, { duration }) => sum + duration, 0) / 1000,
      })),
    ),
  );
}

/**
 * @typedef {{ name: string, seconds: number, processor: number | null }} Part
 * @param {Part[]} parts
 * @returns {string} a table, and its sum
 */
export function costTable(parts) {
  const inAll = { name: 'all', seconds: 0, processor: /** @type {number | null} */ (0) };
  for (const { seconds, processor } of parts) {
    inAll.seconds += seconds;
    inAll.processor = inAll.processor === null || processor === null ? null : inAll.processor + processor;
  }
  const rows = [...parts, inAll].map(({ name, seconds, processor }) => [name, seconds.toFixed(1), processor === null ? '-' : processor.toFixed(1)]);
  return [['seconds', 'by the clock', 'on processors'], ...rows]
    .map(([name, ...cells]) => name.padEnd(18) + cells.map((cell) => cell.padStart(15)).join(''))
    .join('\n');
}

/** @param {Timed[]} timed @returns {string} */
export const timedLines = (timed) => timed.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)}  ${name}`).join('\n');
