/** Words that several readers use. */

/** Names shown of a list: more push out what matters. */
const SHOWN = 3;

/** "a, b, c and 4 more" */
export function listed(names: readonly string[], shown = SHOWN): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`;
}

/** "1 file", "2,000 files" */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
