/** What README, CONTRIBUTING and docs/ say of files is true: every path and every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Paths are written from the repository, or shorter from one of these. Decisions are history and may name what is gone. */
const BASES = ['', 'src', 'src/lab', 'src/experiment'];
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
/** Written by the build, or a person's own: not in the repository. */
const MADE = /^(dist|node_modules|bench\/results)\/|^[^/]+\.json$/;
const ENDINGS = 'tsx?|mjs|js|json|md|c|h|css|html|wasm|png|sh';

/** What is described before it is there. Such a passage may name files to come, and has to: once they are all there, the marks go. */
const TO_COME = /<!-- to come -->([\s\S]*?)<!-- \/to come -->/g;

/** Names of all files in the repository, without their folders. */
const NAMES = new Set(
  ['', 'src', 'cli', 'scripts', 'e2e', 'bench', 'docs', 'public'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '', encoding: 'utf8' }).map((name) => basename(name)),
  ),
);

/** `folder/file.ts`, `folder/` and `file.ts` where they are written as code. Patterns and addresses are none. */
function pathsIn(text: string): string[] {
  const code = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```|`([^`\n]+)`/gm)].map((match) => match[1] ?? match[2]);
  const path = new RegExp(`(?<![\\w.@:*/-])(?:[\\w-][\\w.-]*/)*(?:[\\w-][\\w.-]*\\.(?:${ENDINGS})|(?<=/))(?![\\w*/.-]|\\()`, 'g');
  const found = code.flatMap((piece) => [...piece.matchAll(path)].map((match) => match[0]));
  return [...new Set(found)].filter((name) => name !== '' && !MADE.test(name));
}

const exists = (path: string) => (path.includes('/') ? BASES.some((base) => existsSync(join(ROOT, base, path))) : NAMES.has(path));

describe('a path', () => {
  it('is found where it is written as code', () => {
    expect(pathsIn('`lab/lab.ts`, not lab/x.ts; `node scripts/a.mjs --b`, `src/**/*.test.ts`, `https://a.org/b.ts`\n```\nsrc/lab/  how\n```\n')).toEqual([
      'lab/lab.ts',
      'scripts/a.mjs',
      'src/lab/',
    ]);
  });

  it('exists or does not', () => {
    expect(['src/lab/lab.ts', 'lab/lab.ts', 'autodiff/tape.ts', 'plan/', 'tape.ts', 'e2e/'].filter((path) => !exists(path))).toEqual([]);
    expect(['lab/nothing.ts', 'nothing/', 'nothing.ts', 'backend/checkCases.ts'].filter(exists)).toEqual([]);
  });
});

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');

  it('names files that exist', () => {
    expect(pathsIn(text.replaceAll(TO_COME, '')).filter((path) => !exists(path))).toEqual([]);
  });

  it('marks as to come only what is not there yet', () => {
    const passages = [...text.matchAll(TO_COME)].map((match) => match[1].trim());
    expect(passages.filter((passage) => pathsIn(passage).every(exists)).map((passage) => passage.slice(0, 60))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(name), link)))).toEqual([]);
  });
});
