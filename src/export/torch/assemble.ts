/**
 * Puts the script together: of the Python files in `parts/` those definitions that the experiment's own part uses, and
 * what they use in turn. The parts are plain Python; their imports of each other only say where a name comes from.
 */

/** One statement at the left margin: a definition, a constant, an import. */
interface Block {
  text: string;
  /** Names that it defines. */
  defines: string[];
  /** Names that it reads. */
  uses: ReadonlySet<string>;
}

interface Part {
  /** What the file says of itself, as lines. */
  about: string[];
  imports: ImportLine[];
  blocks: Block[];
}

interface ImportLine {
  /** `from torch import nn`: the module. `import torch`: nothing. */
  from: string | null;
  /** What is imported, as it is written (`torch.nn.functional as F`), and the name that it has then. */
  what: string;
  name: string;
}

const WIDTH = 120;
const STRING = /([rbf]*)("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/gi;

/** Names that code reads: all words but those in strings and comments, and attributes. Of f-strings what stands in braces counts. */
export function namesIn(code: string): Set<string> {
  const plain = code
    .replace(STRING, (_, prefix: string, text: string) =>
      /f/i.test(prefix) ? Array.from(text.matchAll(/\{([^{}]*)\}/g), ([, inner]) => ` ${inner} `).join('') : '""',
    )
    .replace(/#.*/g, '');
  return new Set(Array.from(plain.matchAll(/(?<![\w.])[A-Za-z_]\w*/g), ([name]) => name));
}

/** Statements at the left margin, each with the lines that belong to it. */
function statements(text: string): string[] {
  const found: string[] = [];
  let inString = false;
  let decorated = false;
  for (const line of text.split('\n')) {
    const begins = /^[^\s)\]}]/.test(line) && !inString;
    if (begins && !decorated) found.push(line);
    else if (found.length > 0) found[found.length - 1] += `\n${line}`;
    decorated = begins && /^[@#]/.test(line);
    if ((line.match(/"""/g)?.length ?? 0) % 2 === 1) inString = !inString;
  }
  return found.map((statement) => statement.trimEnd());
}

function importsOf(statement: string): ImportLine[] | null {
  const from = /^from (\S+) import \(?([\s\S]*?)\)?$/.exec(statement);
  const plain = /^import (.+)$/.exec(statement);
  if (!from && !plain) return null;
  const [module, list] = from ? [from[1], from[2]] : [null, (plain as RegExpExecArray)[1]];
  if (module?.startsWith('.')) return [];
  return list
    .split(',')
    .map((what) => what.trim())
    .filter((what) => what !== '')
    .map((what) => ({ from: module, what, name: / as (\w+)$/.exec(what)?.[1] ?? what.split('.')[0] }));
}

function definesOf(statement: string): string[] {
  const code = statement.replace(/^(?:[@#].*\n)+/, '');
  const named = /^(?:def|class) (\w+)/.exec(code);
  if (named) return [named[1]];
  const assigned = /^([\w, ]+?)\s*(?::[^=]+)?=(?!=)/.exec(code);
  return assigned ? assigned[1].split(',').map((name) => name.trim()) : [];
}

/** @throws {Error} when the file does not say what it is about */
export function readPart(text: string): Part {
  const [about, ...rest] = statements(text);
  const words = /^"""([\s\S]*)"""$/.exec(about);
  if (!words) throw new Error('a part begins with a docstring');
  const part: Part = { about: words[1].split('\n'), imports: [], blocks: [] };
  for (const statement of rest) {
    const imports = importsOf(statement);
    if (imports) part.imports.push(...imports);
    else part.blocks.push({ text: statement, defines: definesOf(statement), uses: namesIn(statement) });
  }
  return part;
}

/** Import lines for the names that are used, torch's behind those of Python itself. */
function importLines(imports: readonly ImportLine[], used: ReadonlySet<string>): string[] {
  const whole = new Set<string>();
  const byModule = new Map<string, Set<string>>();
  for (const { from, what, name } of imports) {
    if (!used.has(name)) continue;
    if (from === null) whole.add(`import ${what}`);
    else byModule.set(from, (byModule.get(from) ?? new Set()).add(what));
  }
  const lines = [...[...whole].sort(), ...[...byModule].map(([module, names]) => `from ${module} import ${[...names].sort().join(', ')}`).sort()];
  const torch = (line: string) => /^(import|from) torch\b/.test(line);
  return [...lines.filter((line) => !torch(line)), '', ...lines.filter(torch)];
}

const heading = (lines: readonly string[]): string => [`# ${'-'.repeat(WIDTH - 2)}`, ...lines.map((line) => `# ${line}`.trimEnd())].join('\n');

/** The parts of a program, to be written as a script or as a notebook. */
export interface Program {
  /** What it is, in lines. */
  about: string;
  imports: string;
  settings: string;
  sections: { title: readonly string[]; text: string }[];
  /** What runs it. */
  start: string;
}

/**
 * @param about what the program is
 * @param settings the experiment's own part
 * @param files the parts in the order in which they are to stand; the last one starts the program
 */
export function assemble(about: string, settings: string, files: readonly string[]): Program {
  const parts = files.map(readPart);
  const home = new Map(parts.flatMap((part) => part.blocks.flatMap((block) => block.defines.map((name) => [name, block] as const))));
  const wanted = new Set<Block>();
  const used = new Set<string>();
  const want = (names: Iterable<string>) => {
    for (const name of names) {
      used.add(name);
      const block = home.get(name);
      if (!block || wanted.has(block)) continue;
      wanted.add(block);
      want(block.uses);
    }
  };
  want(namesIn(settings));
  // What defines nothing runs.
  const starts = parts.flatMap(({ blocks }) => blocks.filter(({ defines }) => defines.length === 0));
  for (const { uses } of starts) want(uses);
  return {
    about,
    imports: importLines(
      parts.flatMap((part) => part.imports),
      used,
    ).join('\n'),
    settings: settings.trim(),
    sections: parts.flatMap(({ about: title, blocks }) => {
      const own = blocks.filter((block) => wanted.has(block));
      return own.length === 0 ? [] : [{ title, text: spaced(own) }];
    }),
    start: starts.map(({ text }) => text).join('\n'),
  };
}

const isDefinition = ({ text }: Block): boolean => /^(?:def|class|@)/.test(text);

/** Definitions two lines apart, constants one below the other. */
function spaced(blocks: readonly Block[]): string {
  return blocks.map((block, i) => (i === 0 ? '' : isDefinition(block) || isDefinition(blocks[i - 1]) ? '\n\n\n' : '\n') + block.text).join('');
}

export const script = ({ about, imports, settings, sections, start }: Program): string =>
  `"""${about}"""\n\n${imports}\n\n${[settings, ...sections.flatMap(({ title, text }) => [`${heading(title)}\n\n\n${text}`]), start].join('\n\n\n')}\n`;

/** @param run what its last cell says */
export function notebook({ about, imports, settings, sections }: Program, run: string): string {
  const lines = (text: string): string[] => text.split(/(?<=\n)/);
  const words = (text: string) => ({ cell_type: 'markdown', metadata: {}, source: lines(text) });
  const code = (text: string) => ({ cell_type: 'code', metadata: {}, execution_count: null, outputs: [], source: lines(text) });
  const [title, ...rest] = about.split('\n');
  return JSON.stringify(
    {
      cells: [
        words(`# ${title}\n${rest.join('\n')}`),
        code(imports),
        code(settings),
        ...sections.flatMap(({ title: [first, ...more], text }) => [words([`### ${first}`, ...more].join('\n')), code(text)]),
        words('### Run it'),
        code(run),
      ],
      metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' }, language_info: { name: 'python' } },
      nbformat: 4,
      nbformat_minor: 4,
    },
    null,
    1,
  );
}
