/** What training does today, bit for bit: the beginnings of a few runs on WASM without fused multiply-add. `npm run bits` compares them whole. */
import { expect, it } from 'vitest';
import { type Bits, type BitsFile, bitsOf, bitsThatDiffer, recordBits } from './testing/bits.ts';
import reference from './testing/bits/reference.json' with { type: 'json' };

const EXPERIMENTS = ['first-token', 'own-network', 'parity'];
const STEPS = 5;
const { bits }: BitsFile = reference;
const expected = bitsOf(bits, EXPERIMENTS, ['wasm']);

it('training, evaluations and similarities are those of the reference', async () => {
  const recorded = await recordBits({ experiments: EXPERIMENTS, backends: ['wasm'], steps: STEPS });
  expect(bitsThatDiffer(expected, recorded, STEPS)).toEqual([]);
  for (const name of EXPERIMENTS) expect(recorded[name].wasm?.trainLoss.steps.split(' ')).toHaveLength(STEPS);
});

it('tells the first step of a quantity that differs, or that one is missing', () => {
  const changed: Bits = structuredClone(expected);
  const quantities = changed.parity.wasm ?? {};
  quantities.trainLoss.steps = quantities.trainLoss.steps.replace(/ 7:.{12}/, ' 7:000000000000');
  quantities.trainLoss.sha256 = '';
  quantities.valLoss.sha256 = '';
  delete quantities.predictions;
  expect(bitsThatDiffer(expected, changed).sort()).toEqual([
    'parity on wasm: predictions is not recorded any more',
    'parity on wasm: trainLoss differs from step 7 on',
    'parity on wasm: valLoss differs, at no step that the short hashes tell',
  ]);
  expect(bitsThatDiffer(expected, changed, 6)).toEqual(['parity on wasm: predictions is not recorded any more']);
});
