/** From a network's text to its lines, or to what is wrong and where. Shapes come afterwards, in `plan.ts`. */
import { type Argument, formOf, LABEL, LAYER_NAMES, LAYERS, type LayerName, MAX_DEPTH, type NumberLimit, type NumberName } from './grammar.ts';

/** A piece of one line of the text. Lines and columns count from 1; `end` is the column behind the piece. */
export interface Place {
  line: number;
  column: number;
  end: number;
}

/** One thing wrong with a network's text: where, and what would be right. */
export interface TextProblem extends Place {
  message: string;
}

/** A line of the text with what is indented below it. Defaults are filled in. */
export interface Statement extends Partial<Record<NumberName, number>> {
  layer: LayerName;
  place: Place;
  /** Side of a square window. */
  window?: number;
  bias?: boolean;
  causal?: boolean;
  positions?: string;
  cell?: string;
  label?: string;
  body: Statement[];
}

interface Word extends Place {
  text: string;
}

interface Line {
  indent: number;
  words: Word[];
}

/** "line 3, column 5: …" */
export const formatTextProblem = ({ line, column, message }: TextProblem): string => `line ${line}, column ${column}: ${message}`;

/** Whether a network's text reads tokens; any other reads images. */
export const readsTokens = (text: string): boolean => /^\s*(#[^\n]*\n\s*)*embed(?![a-z])/.test(text);

/** The comment in a text's first line, as the network's name; null without one. */
export function titleOf(text: string): string | null {
  const title = /^\s*#+[ \t]*([^\n]*\S)/.exec(text)?.[1];
  return title === undefined ? null : title.slice(0, 28).trimEnd();
}

function splitLine(text: string, line: number): Word[] {
  const code = text.replace(/#.*$/, '');
  return Array.from(code.matchAll(/\S+/g), (match) => ({
    text: match[0],
    line,
    column: match.index + 1,
    end: match.index + match[0].length + 1,
  }));
}

/** Edits (a character more, less or other, two swapped) from one word to another. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** What other libraries call a layer: named in the message as the word to use instead. */
const SYNONYMS: Record<string, LayerName> = {
  linear: 'dense',
  fc: 'dense',
  conv2d: 'conv',
  convolution: 'conv',
  bn: 'batchnorm',
  ln: 'layernorm',
  avgpool: 'averagepool',
  meanpool: 'averagepool',
  globalaveragepool: 'averagepool',
  embedding: 'embed',
  position: 'positions',
  block: 'residual',
  selfattention: 'attention',
  mha: 'attention',
  patches: 'tokens',
  loop: 'repeat',
  shortcut: 'skip',
  projection: 'skip',
};

function unknownLayer(word: string): string {
  const lower = word.toLowerCase();
  const known =
    LAYER_NAMES.find((name) => name === lower) ??
    SYNONYMS[lower.replace(/[^a-z0-9]/g, '')] ??
    LAYER_NAMES.map((name) => ({ name, edits: distance(lower, name) }))
      .filter(({ name, edits }) => edits <= Math.max(1, name.length / 3))
      .sort((a, b) => a.edits - b.edits)[0]?.name;
  return `There is no layer “${word}”${known ? `; did you mean “${known}”?` : `. Layers are ${LAYER_NAMES.join(', ')}.`}`;
}

const rangeOf = ({ min, max, integer }: NumberLimit): string => `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`;
const withinLimit = (value: number, { min, max, integer }: NumberLimit): boolean => value >= min && value <= max && (!integer || Number.isInteger(value));
const NUMBER = /^\d+(\.\d+)?$/;

/** Reads the words behind a layer's name. */
class Arguments {
  readonly #statement: Statement;
  readonly #open: Argument[];
  readonly #problems: TextProblem[];
  readonly #form: string;

  constructor(statement: Statement, problems: TextProblem[]) {
    const { arguments: known, form } = formOf(statement.layer);
    this.#statement = statement;
    this.#open = [...known];
    this.#problems = problems;
    this.#form = form;
  }

  read(words: readonly Word[]): void {
    for (const word of words) this.#one(word);
    for (const argument of this.#open) this.#missing(argument);
  }

  #take<K extends Argument['kind']>(
    kind: K,
    suits: (argument: Extract<Argument, { kind: K }>) => boolean = () => true,
  ): Extract<Argument, { kind: K }> | undefined {
    const at = this.#open.findIndex((argument) => argument.kind === kind && suits(argument as Extract<Argument, { kind: K }>));
    return at < 0 ? undefined : (this.#open.splice(at, 1)[0] as Extract<Argument, { kind: K }>);
  }

  #tell(word: Place, message: string): void {
    this.#problems.push({ line: word.line, column: word.column, end: word.end, message });
  }

  #one(word: Word): void {
    const { text } = word;
    const statement = this.#statement;
    if (text.includes('=')) return this.#named(word);
    const windowed = /^(\d+)[x×](\d+)$/i.exec(text);
    if (windowed) {
      const argument = this.#take('window');
      const side = Number(windowed[1]);
      if (!argument) return this.#unexpected(word);
      if (side !== Number(windowed[2])) return this.#tell(word, `Windows are square: write ${side}x${side}, not ${text}.`);
      if (!withinLimit(side, argument.limit))
        return this.#tell(
          word,
          `The window must be from ${argument.limit.min}x${argument.limit.min} to ${argument.limit.max}x${argument.limit.max}, not ${text}.`,
        );
      statement.window = side;
      return;
    }
    if (NUMBER.test(text)) {
      const argument = this.#take('number');
      if (!argument) return this.#unexpected(word);
      if (!withinLimit(Number(text), argument.limit)) return this.#tell(word, `${statement.layer} needs ${rangeOf(argument.limit)}, not ${text}.`);
      statement[argument.name] = Number(text);
      return;
    }
    const choice = this.#take('word', ({ words }) => words.includes(text));
    if (choice) {
      statement[choice.name] = text;
      return;
    }
    const flag = this.#take('flag', ({ name }) => name === text);
    if (flag) {
      statement[flag.name] = true;
      return;
    }
    if (this.#take('label')) {
      if (!LABEL.test(text)) return this.#tell(word, `A name has up to 20 lower-case letters, digits or hyphens and starts with a letter, not “${text}”.`);
      statement.label = text;
      return;
    }
    this.#unexpected(word);
  }

  #named(word: Word): void {
    const [name, value] = word.text.split('=', 2);
    const toggle = this.#take('switch', (argument) => argument.name === name);
    if (toggle) {
      if (value !== 'yes' && value !== 'no') return this.#tell(word, `Write ${name}=yes or ${name}=no, not ${word.text}.`);
      this.#statement[toggle.name] = value === 'yes';
      return;
    }
    const option = this.#take('option', (argument) => argument.name === name);
    if (!option) return this.#unexpected(word);
    if (!NUMBER.test(value) || !withinLimit(Number(value), option.limit)) {
      return this.#tell(word, `${name} must be ${rangeOf(option.limit)}, not “${value}”.`);
    }
    this.#statement[option.name] = Number(value);
  }

  #unexpected(word: Word): void {
    const all = formOf(this.#statement.layer).arguments;
    this.#tell(
      word,
      all.length === 0
        ? `${this.#statement.layer} stands alone: take “${word.text}” out.`
        : `${this.#statement.layer} has no place for “${word.text}”. It is written like “${this.#form}”.`,
    );
  }

  #missing(argument: Argument): void {
    const { place, layer } = this.#statement;
    // A value that is there but wrong was reported before.
    if (this.#problems.some(({ line }) => line === place.line)) return;
    switch (argument.kind) {
      case 'number':
        return this.#tell(place, `${layer} needs its ${argument.what}: write it like “${this.#form}”.`);
      case 'label':
        return this.#tell(place, `${layer} needs a name: write it like “${this.#form}”.`);
      case 'window':
        this.#statement.window = argument.default;
        break;
      case 'option':
        if (argument.default !== undefined) this.#statement[argument.name] = argument.default;
        break;
      case 'word':
        this.#statement[argument.name] = argument.words[0];
        break;
      default:
    }
  }
}

/** Blocks that hold lines and where they may stand. */
function checkBlock(statement: Statement, siblings: readonly Statement[], parent: Statement | null, problems: TextProblem[]): void {
  const tell = (message: string) => problems.push({ ...statement.place, message });
  if (siblings.at(-2)?.layer === 'skip') tell('A skip block is the last thing in its residual block: move this line above it.');
  if (statement.layer === 'skip' && parent?.layer !== 'residual') tell('skip belongs at the end of a residual block, indented below it.');
}

/** Parse a network's text. Every problem has its place; without problems the statements are complete. */
export function parseText(text: string): { statements: Statement[]; problems: TextProblem[] } {
  const problems: TextProblem[] = [];
  const statements: Statement[] = [];
  /** Open blocks, outermost first, with the indentation of what stands in them (null: nothing yet). */
  const open: { owner: Statement | null; indent: number | null; body: Statement[] }[] = [{ owner: null, indent: null, body: statements }];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = readLine(raw, index + 1, problems);
    if (!line) return;
    const [first, ...rest] = line.words;
    const place: Place = { line: first.line, column: first.column, end: first.end };
    enter(open, line.indent, place, problems);
    const scope = open[open.length - 1];
    if (!Object.hasOwn(LAYERS, first.text)) {
      problems.push({ ...place, message: unknownLayer(first.text) });
      // The unreadable line may have been meant to open a block: do not report its indented lines as a second mistake.
      open.push({ owner: scope.owner, indent: null, body: [] });
      return;
    }
    const statement: Statement = { layer: first.text as LayerName, place, body: [] };
    new Arguments(statement, problems).read(rest);
    scope.body.push(statement);
    checkBlock(statement, scope.body, scope.owner, problems);
    if (!formOf(statement.layer).block) return;
    if (open.length > MAX_DEPTH) problems.push({ ...place, message: `Blocks can be nested ${MAX_DEPTH} deep.` });
    open.push({ owner: statement, indent: null, body: statement.body });
  });
  checkEmpty(statements, problems);
  return { statements, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function readLine(raw: string, number: number, problems: TextProblem[]): Line | null {
  const words = splitLine(raw, number);
  if (words.length === 0) return null;
  const lead = raw.slice(0, words[0].column - 1);
  const tab = lead.indexOf('\t');
  if (tab >= 0) problems.push({ line: number, column: tab + 1, end: tab + 2, message: 'Indent with spaces, not with a tab: two for each block.' });
  return { indent: lead.length, words };
}

/** Close the blocks that a line's indentation ends, or open the one above it. */
function enter(open: { owner: Statement | null; indent: number | null }[], indent: number, place: Place, problems: TextProblem[]): void {
  const inner = open[open.length - 1];
  const outer = open.findLast((scope) => scope.indent !== null)?.indent ?? -1;
  if (inner.indent === null && indent > outer) {
    inner.indent = indent;
    return;
  }
  const depth = open.length;
  while (open.length > 1 && (open[open.length - 1].indent ?? Number.POSITIVE_INFINITY) > indent) open.pop();
  const scope = open[open.length - 1];
  if (scope.indent === indent) return;
  // Deeper than the line before, or between two lines of other blocks.
  const deeper = open.length === depth && indent > (scope.indent ?? 0);
  problems.push({
    line: place.line,
    column: 1,
    end: place.column,
    message: deeper
      ? 'Only repeat, residual and skip have lines indented below them: take the spaces away.'
      : 'This indentation belongs to no block above: line it up with the others.',
  });
}

function checkEmpty(statements: readonly Statement[], problems: TextProblem[]): void {
  for (const statement of statements) {
    if (formOf(statement.layer).block && statement.body.length === 0) {
      // A block whose only lines could not be read is not reported as empty.
      if (!problems.some(({ line }) => line > statement.place.line)) {
        problems.push({ ...statement.place, message: `${statement.layer} is empty: indent the lines that belong to it below it, by two spaces.` });
      }
    }
    checkEmpty(statement.body, problems);
  }
}
