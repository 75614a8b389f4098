/**
 * A result in a link, behind the experiment's own: `#wide-fcn@1!1<data>.<check>`. The digit behind `!` is the version of
 * the form; the data are the thinned result as JSON without the experiment, deflated, in base64url; the check covers
 * everything before it. What does not know results opens the experiment alone.
 */
import { z } from 'zod';
import { checkOf, encodeLink } from '../link.ts';
import { cleanHash, linkText } from '../linkText.ts';
import { taskMetric } from '../networks/describe.ts';
import type { Experiment } from '../schema/schema.ts';
import { type ReadResult, readResult } from './readResult.ts';
import { LEFT_OUT, type LeftOut, type MemberResult, type RunResult } from './result.ts';
import { type Kept, thinned } from './thin.ts';

/** Longer links do not survive many of the ways that links go. In characters, of the whole part behind `#`. */
export const MAX_RESULT_LINK = 32 * 1024;
/** What the data of a link may come to: a small text can be made to expand to gigabytes. */
const MAX_JSON_BYTES = 4 * 2 ** 20;
const VERSION = 1;
const FORM = new RegExp(`!${VERSION}([\\w-]+)\\.([a-z\\d]{6})`);

/** From all that a link can carry to what it must. */
const TRIES: readonly Kept[] = [{ similarities: true, matrices: true }, { similarities: true }, {}];

/** Whether nobody has it. */
const LACKS: Readonly<Record<LeftOut, (member: MemberResult) => boolean>> = {
  'training curves': ({ history }) => history.trainLoss.length === 0,
  predictions: ({ predictions }) => predictions === undefined,
  'similarities of all layers': ({ matrices }) => matrices === undefined,
  'similarities over time': ({ history }) => history.similarity.length === 0,
};

const number = z.number().nullable();
const numbers = z.array(number);
const whole = z.number().int().min(0);
const text = z.string().max(400);
const loss = z.object({ valLoss: number, valMetric: number });
const matrix = z.object({ cka: z.array(numbers), debiased: z.array(numbers), chance: z.array(numbers) });
const pair = z.object({ guide: text, guideTap: text, targetTap: text, start: number, end: number, startDebiased: number, endDebiased: number, chance: number });
const rising = (steps: number[]): boolean => steps.every((step, i) => i === 0 || step > steps[i - 1]);
const members = z
  .array(
    z.object({
      arm: text,
      seed: whole,
      divergedAt: whole.nullable(),
      diverged: z.boolean(),
      initial: loss,
      final: loss.extend({ trainLoss: number, trainMetric: number, valMetricRecalibrated: number }),
      best: loss.extend({ step: whole }),
      pairs: z.array(pair),
      groups: z.array(z.object({ name: text, loss: number, accuracy: number, history: z.object({ loss: numbers, accuracy: numbers }) })).optional(),
      history: z.object({
        step: numbers.max(0),
        trainLoss: numbers.max(0),
        trainMetric: numbers.max(0),
        valStep: z.array(whole).min(1).refine(rising, 'steps do not follow each other'),
        valLoss: numbers,
        valMetric: numbers,
        similarity: z.array(numbers),
        similarityDebiased: z.array(numbers).max(0),
        similarityMeasured: z.array(numbers).optional(),
      }),
      matrices: z.record(text, z.object({ start: matrix, end: matrix })).optional(),
    }),
  )
  .min(1);

/** All that is shown of a result is of the kind that it is taken for: a link can come from anybody. */
const carried = z.object({
  schema: z.literal(2),
  finishedAt: text.optional(),
  environment: z.object({ backend: z.enum(['webgpu', 'wasm', 'cpu']), adapter: text, browser: text, version: text }),
  timing: z.object({ seconds: z.number().min(0), stepsPerSecond: z.number().min(0) }),
  guides: z.array(
    z.object({
      id: text,
      state: text,
      seed: whole,
      score: number,
      valLoss: number,
      source: z.enum(['shipped', 'kept', 'trained-now', 'untrained', 'imported']),
    }),
  ),
  labels: z.array(whole).optional(),
  layers: z.object({ target: z.array(text), guides: z.record(text, z.array(text)) }).optional(),
  members,
  events: z.array(z.object({ step: whole, text })),
  summary: z.array(z.object({ arm: text, n: whole, valMetric: z.object({ mean: number, sd: number }), valLoss: z.object({ mean: number, sd: number }) })),
  thinned: z.array(z.enum(LEFT_OUT)),
});

/** The shortest decimal that is the same number in single precision, in which it was recorded. */
function short(value: number | null): number | null {
  if (value === null) return null;
  for (let digits = 3; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

const shortMember = (member: MemberResult): MemberResult => ({ ...member, history: { ...member.history, valMetric: member.history.valMetric.map(short) } });

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error('it expands to too much');
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

/**
 * The part of a link after `#` that holds an experiment and its result. What does not fit is left out, and the result
 * says so (`thinned`); evaluations never are, because verdicts ask when a score is reached.
 * @returns null where even scores and validation curves are longer than a link may be
 */
export async function encodeResultLink(result: RunResult): Promise<string | null> {
  const experiment = encodeLink(result.experiment);
  for (const kept of TRIES) {
    const { experiment: _e, metric: _m, ...rest } = thinned(result, kept);
    const left = LEFT_OUT.filter((what) => rest.members.every(LACKS[what]));
    const json = JSON.stringify({ ...rest, schema: 2, members: rest.members.map(shortMember), thinned: left });
    const packed = await through(new TextEncoder().encode(json), new CompressionStream('deflate-raw'), Number.POSITIVE_INFINITY);
    const link = `${experiment}!${VERSION}${base64url(packed)}`;
    const whole = `${link}.${checkOf(link)}`;
    if (whole.length <= MAX_RESULT_LINK && json.length <= MAX_JSON_BYTES) return whole;
  }
  return null;
}

const DAMAGED = 'the result in it was changed or cut off on its way. Ask for the link again, or for the result as a file';
const refused = (message: string): ReadResult => ({ ok: false, message });

/**
 * The result that a link carries.
 * @param hash the part of the link after `#`
 * @param experiment what the link holds besides, already decoded
 * @returns what `readResult` returns; or a sentence on what is wrong. Never throws.
 */
export async function decodeResultLink(hash: string, experiment: Experiment): Promise<ReadResult> {
  const clean = cleanHash(hash);
  if (clean.length > 2 * MAX_RESULT_LINK) return refused(`the result in it is longer than the ${MAX_RESULT_LINK / 1024} kB that a link may have`);
  const version = /!(\d+)/.exec(clean)?.[1];
  if (version !== undefined && Number(version[0]) > VERSION)
    return refused('the result in it was made by a newer version of this page. Reload the page to update it');
  const [, data, check] = FORM.exec(clean) ?? [];
  if (data === undefined || check !== checkOf(`${linkText(clean)}!${VERSION}${data}`)) return refused(DAMAGED);
  try {
    const bytes = await through(bytesOf(data), new DecompressionStream('deflate-raw'), MAX_JSON_BYTES);
    const parsed = carried.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (!parsed.success) return refused(`what it carries is no result of this page (${parsed.error.issues[0]?.path.join('.')})`);
    const { guides, ...rest } = parsed.data;
    if (rest.members[0].history.valStep.some((step) => step > experiment.base.steps)) return refused('it tells of more steps than its experiment has');
    const scored = guides.map(({ score, valLoss, ...guide }) => ({ ...guide, score: score ?? Number.NaN, valLoss: valLoss ?? Number.NaN }));
    return readResult({ ...rest, guides: scored, metric: taskMetric(experiment.task) }, experiment);
  } catch {
    return refused(DAMAGED);
  }
}
