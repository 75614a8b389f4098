/** Networks for language modelling: none may read what it is to guess. */
import { formatTextProblem, parseText, type Statement } from '../custom/parse.ts';
import type { Problem } from '../schema/problem.ts';
import type { NetworkSpec } from '../schema/schema.ts';

/**
 * Why a network sees later tokens, or null. Such a target measures nothing, and such a guide hands the answers on.
 * @param path of the network in the experiment
 */
export function seesAhead(network: NetworkSpec, path: string): Problem | null {
  if (network.family === 'transformer' && !network.causal) {
    return { path: `${path}.causal`, message: 'must be true in language modelling: a Transformer that sees later tokens reads the answer' };
  }
  if (network.family === 'rnn' && network.chained) {
    return { path: `${path}.chained`, message: 'must be false in language modelling: upper layers would start from a state that has read the answer' };
  }
  const open = network.family === 'custom' ? uncausal(parseText(network.text).statements) : undefined;
  if (open) {
    const message = formatTextProblem({
      ...open.place,
      message: 'attention must be causal in language modelling: write “attention causal”, or it reads the answer',
    });
    return { path: `${path}.text`, message: `has a mistake in ${message}` };
  }
  return null;
}

/** The first attention that sees later tokens, in any block. */
function uncausal(statements: readonly Statement[]): Statement | undefined {
  for (const statement of statements) {
    const found = statement.layer === 'attention' && !statement.causal ? statement : uncausal(statement.body);
    if (found) return found;
  }
  return undefined;
}
