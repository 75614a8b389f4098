// @ts-check
/** Part of `npm run lint`: the directions of dependencies inside `src`. */
import { join } from 'node:path';
import { checkFolder } from './directions.mjs';
import { ROOT } from './install.mjs';

const problems = checkFolder(join(ROOT, 'src'));
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Directions: all imports point the right way.' : `Directions: ${problems.length} problem(s).`);
process.exit(problems.length === 0 ? 0 : 1);
