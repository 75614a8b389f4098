/** Results in links: what goes in comes out, and what was not put in by this page does no harm. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkOf, decodeLink, encodeLink } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { members } from '../plan/plan.ts';
import { findPreset } from '../presets/presets.ts';
import type { Experiment } from '../schema/schema.ts';
import { partsOf } from '../series.ts';
import { taskMetric } from '../networks/describe.ts';
import type { LabEvent } from './events.ts';
import type { RunResult } from './result.ts';
import { carriesResult } from '../linkText.ts';
import { decodeResultLink, encodeResultLink, MAX_RESULT_LINK } from './resultLink.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/v1/results');

function fixture(name: string): RunResult {
  const data = JSON.parse(readFileSync(resolve(FIXTURES, `${name}.json`), 'utf8')) as RunResult;
  const parsed = parseExperiment(data.experiment);
  if (!parsed.ok) throw new Error(name);
  return { ...data, experiment: parsed.experiment };
}

function opened(link: string): Experiment {
  const parsed = decodeLink(`#${link}`);
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.experiment;
}

async function carried(link: string): Promise<{ result: RunResult; events: LabEvent[] }> {
  const read = await decodeResultLink(`#${link}`, opened(link));
  if (!read.ok) throw new Error(read.message);
  return read;
}

/** A link with other data than this page writes, and a check that is right. */
function forged(experiment: Experiment, bytes: Uint8Array): string {
  const link = `${encodeLink(experiment)}!1${Buffer.from(bytes).toString('base64url')}`;
  return `${link}.${checkOf(link)}`;
}

/** A result of the default preset's size or smaller, with any curves. */
const results = fc
  .record({
    evaluations: fc.integer({ min: 1, max: 12 }),
    value: fc.array(fc.oneof(fc.float({ noNaN: true, min: 0, max: 1 }), fc.constant(null)), { minLength: 40, maxLength: 40 }),
  })
  .map(({ evaluations, value }): RunResult => {
    const experiment = findPreset('wide-fcn')?.experiment;
    if (!experiment) throw new Error('no preset');
    const valStep = Array.from({ length: evaluations }, (_, i) => i * 10);
    const pairs = partsOf(experiment).pair;
    let at = 0;
    const next = () => value[at++ % value.length];
    const scores = () => ({ valLoss: next(), valMetric: next() });
    return {
      schema: 2,
      experiment,
      environment: { backend: 'wasm', adapter: 'SIMD', browser: 'b', version: 'v' },
      metric: taskMetric(experiment.task),
      timing: { seconds: 3, stepsPerSecond: 10 },
      guides: [{ id: 'trained', state: 'trained', seed: 0, score: 0.5, valLoss: 1, source: 'shipped' }],
      members: members(experiment).map(({ arm, seed }) => ({
        arm,
        seed,
        divergedAt: null,
        diverged: false,
        initial: scores(),
        final: { ...scores(), trainLoss: next(), trainMetric: next(), valMetricRecalibrated: next() },
        best: { step: 0, ...scores() },
        pairs: [],
        history: {
          step: [1, 2],
          trainLoss: [1, 2],
          trainMetric: [1, 2],
          valStep,
          valLoss: valStep.map(next),
          valMetric: valStep.map(next),
          similarity: valStep.map(() => pairs.map(next)),
          similarityDebiased: [],
        },
      })),
      events: [],
      summary: [],
    };
  });

it('brings back scores bit for bit, similarities to three decimals, and says what it left out', () =>
  fc.assert(
    fc.asyncProperty(results, async (result) => {
      const link = (await encodeResultLink(result)) ?? '';
      expect(opened(link)).toEqual(result.experiment);
      const back = await carried(link);
      expect(back.result.thinned).toContain('training curves');
      const evaluations = back.events.flatMap((event) => (event.type === 'evaluation.recorded' ? [event.record] : []));
      result.members.forEach(({ history }, m) => {
        evaluations.forEach(({ series }, at) => {
          expect(series.valMetric[m]).toBe(Math.fround(history.valMetric[at] ?? Number.NaN));
          const each = history.similarity[at].length;
          history.similarity[at].forEach((value, p) => {
            if (value === null) expect(series.similarity[m * each + p]).toBeNaN();
            else expect(Math.abs(series.similarity[m * each + p] - value)).toBeLessThan(6e-4);
          });
        });
      });
    }),
    { numRuns: 20 },
  ));

it.each(['wide-fcn', 'first-token', 'lm-small', 'deep-fcn-interventions', 'own-network', 'scale-trap'])('carries the result of %s', async (name) => {
  const result = fixture(name);
  const link = (await encodeResultLink(result)) ?? '';
  expect(link.length).toBeLessThanOrEqual(MAX_RESULT_LINK);
  expect(opened(link)).toEqual(result.experiment);
  const back = await carried(link);
  expect(back.result.members.map(({ final }) => final)).toEqual(result.members.map(({ final }) => final));
  expect(back.events.at(-1)?.type).toBe('run.finished');
  // What came in a link can be passed on.
  expect((await carried((await encodeResultLink(back.result)) ?? '')).result.members).toEqual(back.result.members);
  // Through a mail program, and with a full stop behind it.
  expect((await decodeResultLink(`#${encodeURIComponent(link)}.`, result.experiment)).ok).toBe(true);
});

it('leaves out first what is shown least, and gives up rather than drop evaluations', async () => {
  const result = fixture('wide-fcn');
  const stretched = (times: number): RunResult => ({
    ...result,
    experiment: { ...result.experiment, base: { ...result.experiment.base, steps: 1000 } },
    members: result.members.map((member, m) => {
      const wobble = (i: number) => Math.fround(Math.abs(Math.sin((m + 1) * 12.9898 + i * 78.233) * 43758.5453) % 1);
      const valStep = Array.from({ length: times }, (_, i) => i);
      const similarity = valStep.map((i) => member.history.similarity[0].map((_, p) => wobble(i * 31 + p)));
      return { ...member, history: { ...member.history, valStep, valLoss: valStep.map(wobble), valMetric: valStep.map(wobble), similarity } };
    }),
  });
  const decoded = async (times: number) => (await carried((await encodeResultLink(stretched(times))) ?? '')).result.thinned;
  expect(await decoded(5)).not.toContain('similarities over time');
  expect(await decoded(300)).toContain('similarities over time');
  expect(await encodeResultLink(stretched(1000))).toBeNull();
});

it('opens the experiment alone where there is no result or one that was damaged', async () => {
  const result = fixture('first-token');
  const link = (await encodeResultLink(result)) ?? '';
  expect(carriesResult(`#${encodeLink(result.experiment)}`)).toBe(false);
  expect(carriesResult(link)).toBe(true);
  expect(carriesResult(encodeURIComponent(encodeURIComponent(link)))).toBe(true);
  const at = link.indexOf('!');
  for (const damaged of [link.slice(0, -30), link.slice(0, at + 1), link.slice(0, at + 40), `${link.slice(0, at + 30)}AAAA${link.slice(at + 34)}`]) {
    expect(opened(damaged)).toEqual(result.experiment);
    const read = await decodeResultLink(`#${damaged}`, result.experiment);
    expect(read).toMatchObject({ ok: false });
  }
  expect(await decodeResultLink(link.replace('!1', '!2'), result.experiment)).toMatchObject({ message: expect.stringContaining('newer version') });
});

it('refuses a small text that expands to gigabytes, without expanding it', async () => {
  const { experiment } = fixture('first-token');
  const bomb = deflateRawSync(Buffer.alloc(16 * 2 ** 20, 0x20), { level: 9 });
  expect(bomb.length).toBeLessThan(MAX_RESULT_LINK);
  expect(await decodeResultLink(forged(experiment, bomb), experiment)).toMatchObject({ ok: false });
  expect(await decodeResultLink(`#first-token@1!1${'A'.repeat(3 * MAX_RESULT_LINK)}.aaaaaa`, experiment)).toMatchObject({
    message: expect.stringContaining('longer'),
  });
});

it('refuses whatever is no result, and never throws', async () => {
  const { experiment, ...rest } = fixture('first-token');
  const link = (await encodeResultLink({ ...rest, experiment })) ?? '';
  const { result } = await carried(link);
  const { experiment: _, ...good } = result;
  const pack = (data: unknown) => forged(experiment, deflateRawSync(JSON.stringify(data)));
  expect(await decodeResultLink(pack(good), experiment)).toMatchObject({ ok: true });
  const [first, ...others] = good.members;
  const history = { ...first.history };
  for (const bad of [
    null,
    [],
    {},
    { ...good, members: [] },
    { ...good, members: [first] },
    { ...good, members: [null, ...others] },
    { ...good, timing: {} },
    { ...good, timing: { seconds: '1', stepsPerSecond: 1 } },
    { ...good, environment: { ...good.environment, adapter: { toString: 1 } } },
    { ...good, events: [{ step: 0, text: 'x'.repeat(10_000) }] },
    { ...good, members: [{ ...first, history: { ...history, valStep: history.valStep.toReversed() } }, ...others] },
    { ...good, members: [{ ...first, history: { ...history, valStep: history.valStep.map((step) => step * 1000) } }, ...others] },
    { ...good, members: [{ ...first, history: { ...history, valMetric: history.valMetric.slice(1) } }, ...others] },
    { ...good, members: [{ ...first, history: { ...history, trainLoss: [1, 2, 3] } }, ...others] },
  ]) {
    expect(await decodeResultLink(pack(bad), experiment), JSON.stringify(bad).slice(0, 80)).toMatchObject({ ok: false, message: expect.any(String) });
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), async (bytes, hash) => {
      expect((await decodeResultLink(forged(experiment, bytes), experiment)).ok).toBe(false);
      expect((await decodeResultLink(`#first-token@1!${hash}`, experiment)).ok).toBe(false);
    }),
    { numRuns: 60 },
  );
});
