/** Python expressions as data, written with line breaks where they grow long. */

const WIDTH = 110;
export const INDENT = '    ';

/** An expression that is written as it stands. */
export class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const code = (text: string): Code => new Code(text);

/** A call; what is undefined is left out. */
export class Call {
  readonly name: string;
  readonly given: readonly Python[];
  readonly named: Readonly<Record<string, Python | undefined>>;
  constructor(name: string, given: readonly Python[], named: Readonly<Record<string, Python | undefined>>) {
    this.name = name;
    this.given = given;
    this.named = named;
  }
}

export const call = (name: string, named: Readonly<Record<string, Python | undefined>> = {}, ...given: Python[]): Call => new Call(name, given, named);

export class Tuple {
  readonly items: readonly Python[];
  constructor(items: readonly Python[]) {
    this.items = items;
  }
}

export const tuple = (...items: Python[]): Tuple => new Tuple(items);

export type Python = number | string | boolean | null | Code | Call | Tuple | readonly Python[] | { readonly [key: string]: Python };

function plain(value: number | string | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  // JSON's escapes are Python's, too.
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Opening, items and closing of what can be broken; null for what cannot. */
function partsOf(value: Python): [open: string, items: [before: string, item: Python][], close: string] | null {
  if (value instanceof Call) {
    const named = Object.entries(value.named).flatMap(([key, item]): [string, Python][] => (item === undefined ? [] : [[`${key}=`, item]]));
    return [`${value.name}(`, [...value.given.map((item): [string, Python] => ['', item]), ...named], ')'];
  }
  if (value instanceof Tuple) return ['(', value.items.map((item): [string, Python] => ['', item]), ')'];
  if (Array.isArray(value)) return ['[', value.map((item: Python): [string, Python] => ['', item]), ']'];
  if (typeof value === 'object' && value !== null && !(value instanceof Code)) {
    return ['{', Object.entries(value as Readonly<Record<string, Python>>).map(([key, item]) => [`${JSON.stringify(key)}: `, item]), '}'];
  }
  return null;
}

/** A call that is made later. */
export const later = (made: Python): Python =>
  made instanceof Call ? new Call(`lambda: ${made.name}`, made.given, made.named) : code(`lambda: ${python(made)}`);

/** @param column where the expression begins @param indent of its line */
export function python(value: Python, indent = '', column = indent.length): string {
  if (value instanceof Code) return value.text;
  const parts = partsOf(value);
  if (!parts) return plain(value as number | string | boolean | null);
  const [open, items, close] = parts;
  const written = items.map(([before, item]) => `${before}${python(item, '', 0)}`);
  const line = `${open}${written.join(', ')}${value instanceof Tuple && items.length === 1 ? ',' : ''}${close}`;
  if (column + line.length <= WIDTH && !line.includes('\n')) return line;
  const inner = indent + INDENT;
  // Short items of a list share lines, all others have one each.
  if (Array.isArray(value) && written.every((item) => item.length < 40 && !item.includes('\n'))) return `${open}\n${filled(written, inner)}\n${indent}${close}`;
  return `${open}\n${items.map(([before, item]) => `${inner}${before}${python(item, inner, inner.length + before.length)},\n`).join('')}${indent}${close}`;
}

function filled(items: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= WIDTH) lines[lines.length - 1] = `${last} ${item},`;
    else lines.push(`${indent}${item},`);
  }
  return lines.join('\n');
}

/** A definition of the script, whose last line returns what it gives. */
export const define = (name: string, parameters: string, about: string, result: Python, before: readonly string[] = []): string =>
  [`def ${name}(${parameters}):`, `    """${about}"""`, ...before.map((line) => `    ${line}`), `    return ${python(result, INDENT, 11)}`].join('\n');

export const assign = (name: string, value: Python, comment = ''): string => `${name} = ${python(value, '', name.length + 3)}${comment && `  # ${comment}`}`;
