/** The one script of a packed benchmark: every process of it starts here, told by its first word what it is. */
import './provide.ts';
import { serve } from '../contestants/dawn.ts';
import { check } from './checks.ts';
import { conduct } from './conduct.ts';
import { describeAdapter } from './device.ts';

const [role, ...words] = process.argv.slice(2);
/** Sends a last message: a process that ends at once would not. */
const tell = (message: unknown) => new Promise((resolve) => process.send?.(message, resolve));

if (role === 'conduct') process.exit(await conduct(words));
if (role === 'contestant') await serve();
if (role === 'check') await check(words[0], Number(words[1]), Number(words[2]), tell);
if (role === 'probe') {
  await describeAdapter().then(
    (adapter) => tell({ adapter }),
    (error: Error) => tell({ error: error.message }),
  );
}
process.exit(0);
