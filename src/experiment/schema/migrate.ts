/**
 * Experiments of version 1, as links, files, results and browsers hold them, in the words of version 2. What is
 * malformed stays so, for `parse.ts` to say: nothing here throws and nothing is checked.
 */
import type { Asks, MappingSpec } from './schema.ts';

/** The version before this one. */
const OLD = 1;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the questions of the version 1 presets compare, which version 1 had no field for. It holds for an experiment
 * that still asks its preset's question of arms that it still has.
 */
const ASKED: Readonly<Record<string, readonly [question: string, arm: string, against: string]>> = {
  'first-token': ['Can a Transformer that knows nothing teach an RNN to remember?', 'guided-untrained', 'unguided'],
  'is-it-the-guide': ['Is it really what the guide knows of the examples?', 'guided-untrained', 'guided-shuffled'],
  'copy-paste': ['Does guidance let an RNN repeat what it has read?', 'guided-untrained', 'unguided'],
  parity: ['Can an RNN teach a Transformer to count?', 'guided', 'unguided'],
  'lm-short': ['Does guidance help an RNN to remember who spoke?', 'guided-untrained', 'unguided'],
  'lm-small': ['Does guidance still help where sentences are long?', 'guided', 'unguided'],
  'wide-fcn': ['Can a trained ResNet stop a wide network from memorising?', 'guided', 'unguided'],
  'deep-fcn': ['Can guidance train a deep network that overfits, and does the guide need training?', 'guided', 'unguided'],
  shapes: ['When the teacher is good, is guidance any better than distillation?', 'guided', 'distilled'],
  'scale-trap': ['Can a network look like its guide and know nothing?', 'guided', 'unguided'],
  'deep-convnet': ['Can a ResNet stand in for the skips that a deep ConvNet lacks?', 'guided', 'unguided'],
  cifar: ['How much does guidance help a fully connected network on real photographs?', 'guided', 'unguided'],
};

function asksOf({ preset, question, arms }: Fields): Asks | undefined {
  const asked = typeof preset === 'string' && Object.hasOwn(ASKED, preset) ? ASKED[preset] : undefined;
  if (!asked || asked[0] !== question || !Array.isArray(arms)) return undefined;
  const [, arm, against] = asked;
  return [arm, against].every((id) => arms.some((known) => isFields(known) && known.id === id)) ? { arm, against, by: 'final' } : undefined;
}

/** Version 1 had names for mappings, and pairs as `[guide layer, target layer]`. */
const RULES: Readonly<Record<string, MappingSpec>> = {
  even: { rule: 'even' },
  first: { rule: 'first', count: 1 },
  last: { rule: 'last', count: 1 },
  reversed: { rule: 'reversed' },
  none: { rule: 'none' },
};

/** A mapping of version 1; anything else as it is. */
export function migrateMapping(mapping: unknown): unknown {
  if (typeof mapping === 'string') return Object.hasOwn(RULES, mapping) ? RULES[mapping] : { rule: mapping };
  if (!Array.isArray(mapping)) return mapping;
  return mapping.map((pair) => (Array.isArray(pair) && pair.length === 2 ? { guide: pair[0], target: pair[1] } : pair));
}

/** A measure of version 1; anything else as it is. */
export const migrateMeasure = (measure: unknown): unknown => (typeof measure === 'string' ? { name: measure } : measure);

/** A mapping and a measure where they are stated. */
const settings = ({ mapping, measure, ...rest }: Fields): Fields => ({
  ...rest,
  ...(mapping !== undefined && { mapping: migrateMapping(mapping) }),
  ...(measure !== undefined && { measure: migrateMeasure(measure) }),
});

/** An alignment or a distillation of version 1 as a term. */
export function migrateTerm(kind: 'align' | 'distil', fields: unknown): unknown {
  if (!isFields(fields)) return fields;
  const { until, ...rest } = settings(fields);
  return { kind, ...rest, ...(until !== undefined && { course: { kind: 'until', step: until } }) };
}

function migrateArm(arm: unknown): unknown {
  if (!isFields(arm)) return arm;
  const { id, name, align, distil, ...rest } = arm;
  const terms = [...(align === undefined ? [] : [migrateTerm('align', align)]), ...(distil === undefined ? [] : [migrateTerm('distil', distil)])];
  return { id, name, terms, ...rest };
}

/** An experiment of version 1 in version 2; anything else as it is. */
export function migrate(data: unknown): unknown {
  if (!isFields(data) || data.version !== OLD) return data;
  const { version: _, preset, question, base, arms, ...rest } = data;
  const asks = asksOf(data);
  return {
    version: 2,
    preset,
    // Presets had no revisions: what they were then is the first.
    revision: 1,
    question,
    ...(asks && { asks }),
    ...rest,
    base: isFields(base) ? settings(base) : base,
    arms: Array.isArray(arms) ? arms.map(migrateArm) : arms,
  };
}
