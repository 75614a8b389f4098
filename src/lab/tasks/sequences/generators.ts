/** How one sequence of each task is drawn. Token ids and classes are numbered as in `experiment/describeTask.ts`. */
import { choosesOfAll, OFFICIAL_COPY } from '../../../experiment/networks/describe.ts';
import type { DrawnSequenceSpec } from '../../../experiment/schema/schema.ts';
import type { Stream } from '../../random/stream.ts';

/**
 * Fills one sequence. Both arrays come filled with −1: padding, and positions without a label.
 * @param tokens `[length]`
 * @param labels `[1]` for a label of the whole sequence, else `[length]`
 */
type Draw = (random: Stream, tokens: Int32Array, labels: Int32Array) => void;

const BLANK = 0;

type Spec<K extends DrawnSequenceSpec['kind']> = Extract<DrawnSequenceSpec, { kind: K }>;

/** Random symbols, then a query for the first of them (recipes: "first T/V"). */
function firstToken({ length, vocabulary }: Spec<'first-token'>): Draw {
  return (random, tokens, labels) => {
    random.fillIntegers(vocabulary, tokens, 0, length - 1);
    tokens[length - 1] = vocabulary;
    labels[0] = tokens[0];
  };
}

/** s1 … sL, go, blanks; from the go mark on the symbols again (recipes: "copy L/V"). */
function copy(spec: Spec<'copy-paste' | 'reverse'>, reversed: boolean): Draw {
  const { length, vocabulary } = spec;
  // A symbol's class is its number, or its token where all tokens are classes.
  const first = choosesOfAll(spec) ? 1 : 0;
  return (random, tokens, labels) => {
    tokens.fill(BLANK);
    tokens[length] = vocabulary + 1;
    for (let t = 0; t < length; t++) {
      const symbol = random.integer(vocabulary);
      tokens[t] = symbol + 1;
      labels[length + (reversed ? length - 1 - t : t)] = symbol + first;
    }
  };
}

/**
 * Input [s, go, 0 × L, end], target [0 × (L + 1), s, end], s of L symbols 0 … 9, both filled up with 0; targets of 0
 * are not scored (paper-facts 2.10, from the official code).
 */
function officialCopy({ minLength, maxLength }: Spec<'copy-paste-official'>): Draw {
  return (random, tokens, labels) => {
    tokens.fill(BLANK);
    const length = minLength + random.integer(maxLength - minLength + 1);
    for (let t = 0; t < length; t++) {
      const symbol = random.integer(OFFICIAL_COPY.symbols);
      tokens[t] = symbol;
      if (symbol !== BLANK) labels[length + 1 + t] = symbol;
    }
    tokens[length] = OFFICIAL_COPY.go;
    tokens[2 * length + 1] = OFFICIAL_COPY.end;
    labels[2 * length + 1] = OFFICIAL_COPY.end;
  };
}

function parity({ length, minLength, labels: form }: Spec<'parity'>): Draw {
  return (random, tokens, labels) => {
    const bits = minLength + random.integer(length - minLength + 1);
    let odd = 0;
    for (let t = 0; t < bits; t++) {
      tokens[t] = random.integer(2);
      odd ^= tokens[t];
      if (form === 'prefix') labels[t] = odd;
    }
    if (form === 'final') labels[0] = odd;
  };
}

/** k1 v1 k2 v2 … k: keys differ, values need not. */
function associativeRecall({ pairs, keys, values }: Spec<'associative-recall'>): Draw {
  return (random, tokens, labels) => {
    const order = random.permutation(keys);
    const asked = random.integer(pairs);
    for (let i = 0; i < pairs; i++) {
      const value = random.integer(values);
      tokens[2 * i] = order[i];
      tokens[2 * i + 1] = keys + value;
      if (i === asked) labels[0] = value;
    }
    tokens[2 * pairs] = order[asked];
  };
}

/** Opens or closes with equal chance where both are possible; the label stands on the token before a closing bracket. */
function dyck({ length, brackets }: Spec<'dyck'>): Draw {
  return (random, tokens, labels) => {
    const open: number[] = [];
    for (let t = 0; t < length; t++) {
      const mustClose = open.length === length - t;
      if (open.length === 0 || (!mustClose && random.sign() > 0)) {
        const kind = random.integer(brackets);
        open.push(kind);
        tokens[t] = kind;
      } else {
        const kind = open.pop() as number;
        tokens[t] = brackets + kind;
        labels[t - 1] = kind;
      }
    }
  };
}

function modularAddition({ length, modulus }: Spec<'modular-addition'>): Draw {
  return (random, tokens, labels) => {
    random.fillIntegers(modulus, tokens, 0, length);
    labels[0] = tokens.reduce((sum, token) => sum + token, 0) % modulus;
  };
}

/** How the sequences of a task are drawn. */
export function generator(spec: DrawnSequenceSpec): Draw {
  switch (spec.kind) {
    case 'first-token':
      return firstToken(spec);
    case 'copy-paste':
      return copy(spec, false);
    case 'reverse':
      return copy(spec, true);
    case 'copy-paste-official':
      return officialCopy(spec);
    case 'parity':
      return parity(spec);
    case 'associative-recall':
      return associativeRecall(spec);
    case 'dyck':
      return dyck(spec);
    case 'modular-addition':
      return modularAddition(spec);
  }
}
