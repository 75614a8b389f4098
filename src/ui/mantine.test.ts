/** Mantine's style sheets are listed one by one: what a component needs must be there, and nothing else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '..');
const packages = resolve(source, '../node_modules/@mantine');
const core = resolve(packages, 'core');
const filesIn = (folder: string, ends: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => ends.test(file))
    .map((file) => resolve(folder, file));
/** The page's own modules, and of Mantine's other packages the one that it uses. */
const USERS = [resolve(source, 'main.tsx'), ...filesIn(resolve(source, 'ui'), /\.tsx?$/), ...filesIn(resolve(packages, 'notifications/esm'), /\.mjs$/)];
/** Without a component of their own. */
const ALWAYS = ['baseline', 'default-css-variables', 'global'];

const namesFrom = (text: string): string[] =>
  [...text.matchAll(/import (type )?\{([^}]+)\} from ['"]@mantine\/core['"]/g)].flatMap(([, type, names]) =>
    type
      ? []
      : names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && !name.startsWith('type ')),
  );

/** Every module of Mantine that these names lead to. */
function modulesOf(names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || !existsSync(file)) return;
    found.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/from "(\.[^"]+)"/g)) visit(resolve(dirname(file), path));
  };
  for (const [, exported, path] of readFileSync(resolve(core, 'esm/index.mjs'), 'utf8').matchAll(/import \{([^}]+)\} from "(\.[^"]+)"/g))
    if (exported.split(',').some((name) => names.has(name.trim().split(' as ').at(-1) ?? ''))) visit(resolve(core, 'esm', path));
  return found;
}

it('lists the style sheets of all components in use, in the order of the library', () => {
  const names = new Set(USERS.flatMap((file) => namesFrom(readFileSync(file, 'utf8'))));
  expect(names.size).toBeGreaterThan(30);
  const sheets = [...modulesOf(names)].flatMap((file) => /\/([^/.]+)\.module\.mjs$/.exec(file)?.[1] ?? []).concat(ALWAYS);
  const all = readFileSync(resolve(core, 'styles.css'), 'utf8');
  const place = (sheet: string) => all.indexOf(readFileSync(resolve(core, `styles/${sheet}.css`), 'utf8').trim());
  const wanted = [...new Set(sheets)].sort((a, b) => place(a) - place(b));
  const listed = [...readFileSync(resolve(import.meta.dirname, 'mantine.css'), 'utf8').matchAll(/@mantine\/core\/styles\/([\w-]+)\.css/g)].map(
    ([, sheet]) => sheet,
  );
  expect(listed).toEqual(wanted);
});
