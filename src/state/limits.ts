/** What a field may hold, read from the schema: widgets show these limits and state none of their own. */
import { z } from 'zod';
import { type Experiment, experimentSchema } from '../experiment/schema/schema.ts';
import { valueAt } from './paths.ts';

export interface NumberLimits {
  min: number;
  max: number;
  integer: boolean;
}

/** Optional and nullable say nothing about limits: look inside. Of a number or a word the number has them. */
function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap() as z.ZodType;
  if (!(inner instanceof z.ZodUnion) || inner instanceof z.ZodDiscriminatedUnion) return inner;
  return (inner.options as z.ZodType[]).find((option) => option instanceof z.ZodNumber) ?? inner;
}

/** The option of a discriminated union that the value at hand belongs to. */
function optionFor(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodType | undefined {
  const key = union.def.discriminator;
  const kind = (value as Record<string, unknown> | undefined)?.[key];
  return (union.options as z.ZodObject[]).find(
    (option) => option.shape[key] instanceof z.ZodLiteral && (option.shape[key] as z.ZodLiteral).values.has(kind as string),
  );
}

function schemaAt(path: string, experiment: Experiment): z.ZodType | undefined {
  let schema: z.ZodType | undefined = experimentSchema;
  let prefix = '';
  for (const key of path.split('.')) {
    schema = schema && unwrap(schema);
    // A mapping is a rule with its fields, or a list of pairs.
    if (schema instanceof z.ZodUnion && !(schema instanceof z.ZodDiscriminatedUnion)) {
      schema = (schema.options as z.ZodType[]).find((option) => option instanceof z.ZodArray === /^\d+$/.test(key));
    }
    if (schema instanceof z.ZodDiscriminatedUnion) schema = optionFor(schema, valueAt(experiment, prefix));
    if (schema instanceof z.ZodObject) schema = schema.shape[key] as z.ZodType | undefined;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType as z.ZodType;
    else if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else return undefined;
    prefix = prefix === '' ? key : `${prefix}.${key}`;
  }
  return schema && unwrap(schema);
}

/** Limits of the number at a dotted path, or undefined where there is no number field. */
export function limitsAt(path: string, experiment: Experiment): NumberLimits | undefined {
  const schema = schemaAt(path, experiment);
  if (!(schema instanceof z.ZodNumber)) return undefined;
  return {
    min: schema.minValue ?? Number.NEGATIVE_INFINITY,
    max: schema.maxValue ?? Number.POSITIVE_INFINITY,
    integer: schema.format === 'safeint' || schema.format === 'int32',
  };
}
