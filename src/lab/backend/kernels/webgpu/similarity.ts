/**
 * CKA and its gradient. A term of a loss is five dispatches for all of its members (and positions): centre, scale, Gram
 * matrix, similarity, product with the activations.
 */
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { CENTRED_GRAM_RATIO, MIN_DEBIASED_EXAMPLES } from '../composed/index.ts';
import { sumOverPositions } from '../composed/similarity.ts';
import type { Kernels } from '../types.ts';
import type { Centring } from './centre.ts';
import type { GramProducts } from './gemm.ts';
import { TOTAL } from './rows.ts';
import type { Shader, ShaderRunner } from './runner.ts';

/** Sums of K∘K, L∘L and K∘L over all elements. */
const BIASED_SUMS = /* wgsl */ `
  for (var at = me; at < size; at += 256u) { let a = g[mine + at]; let b = l[other + at]; kk += a * a; ll += b * b; kl += a * b; }`;

/** U-centred without being written down: element (i, j) is k − share_i − share_j off the diagonal. `halves` has the shares. */
const DEBIASED_SUMS = /* wgsl */ `
  storageBarrier();
  var allK = 0.0;
  var allL = 0.0;
  // Gram matrices are symmetric: a column is a row, and neighbours read neighbours.
  for (var j = me; j < n; j += 256u) {
    var sumK = 0.0;
    var sumL = 0.0;
    for (var i = 0u; i < n; i++) { if (i != j) { sumK += g[mine + i * n + j]; sumL += l[other + i * n + j]; } }
    halves[line + j] = sumK;
    halves[line + n + j] = sumL;
    allK += sumK;
    allL += sumL;
  }
  allK = total(me, allK) / f32(2u * (n - 1u));
  allL = total(me, allL) / f32(2u * (n - 1u));
  for (var j = me; j < n; j += 256u) {
    halves[line + j] = (halves[line + j] - allK) / f32(n - 2u);
    halves[line + n + j] = (halves[line + n + j] - allL) / f32(n - 2u);
  }
  storageBarrier();
  var rawK = 0.0;
  var rawL = 0.0;
  for (var at = me; at < size; at += 256u) {
    let i = at / n;
    let j = at % n;
    let p = g[mine + at];
    let q = l[other + at];
    rawK += p * p;
    rawL += q * q;
    if (i != j) { let a = p - halves[line + i] - halves[line + j]; let b = q - halves[line + n + i] - halves[line + n + j]; kk += a * a; ll += b * b; kl += a * b; }
  }
  rawK = total(me, rawK);
  rawL = total(me, rawL);`;

interface CkaKind {
  debiased: boolean;
  /** g times −weight · share / norm, for the gradient of a loss, and the value times the share. */
  term?: { shares: boolean };
}

/** One workgroup for each pair of Gram matrices. K may come in parts that are still to be added. */
function ckaShader({ debiased, term }: CkaKind): Shader {
  const factor = term ? `select(0.0, -weights[u.first + e / u.T]${term.shares ? ' * shares[e]' : ''} / norm[e], norm[e] > 0.0)` : '1.0';
  return {
    name: `${debiased ? 'debiased ' : ''}cka${term ? ` gradient${term.shares ? ' shares' : ''}` : ''}`,
    inputs: ['k', 'l', ...(term ? ['norm', 'weights'] : []), ...(term?.shares ? ['shares'] : [])],
    outputs: ['g', ...(debiased ? ['halves'] : []), 'value'],
    numbers: ['n', 'lE', 'parts', 'floor: f32', ...(term ? ['first', 'T'] : [])],
    code: /* wgsl */ `${TOTAL}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) me: u32) {
  let e = group.x;
  let n = u.n;
  let size = n * n;
  let mine = e * size;
  let other = min(e, u.lE - 1u) * size;
  ${debiased ? 'let line = 2u * e * n;' : ''}
  for (var at = me; at < size; at += 256u) {
    var sum = 0.0;
    for (var p = 0u; p < u.parts; p++) { sum += k[(e * u.parts + p) * size + at]; }
    g[mine + at] = sum;
  }
  var kk = 0.0;
  var ll = 0.0;
  var kl = 0.0;
  ${debiased ? DEBIASED_SUMS : BIASED_SUMS}
  kk = total(me, kk);
  ll = total(me, ll);
  kl = total(me, kl);
  let collapsed = kk <= ${debiased ? `rawK * u.floor || ll <= rawL * u.floor || n < ${MIN_DEBIASED_EXAMPLES}u` : '0.0 || ll <= 0.0'};
  let inverse = select(inverseSqrt(kk) * inverseSqrt(ll), 0.0, collapsed);
  let similarity = kl * inverse;
  let own = select(similarity / kk, 0.0, collapsed);
  if (me == 0u) { value[e] = similarity${term?.shares ? ' * shares[e]' : ''}; }
  let factor = 2.0 * ${factor};
  for (var at = me; at < size; at += 256u) {
    ${
      debiased
        ? /* wgsl */ `
    let i = at / n;
    let j = at % n;
    let a = g[mine + at] - halves[line + i] - halves[line + j];
    let b = l[other + at] - halves[line + n + i] - halves[line + n + j];
    g[mine + at] = select(factor * (b * inverse - a * own), 0.0, i == j || collapsed);`
        : `
    g[mine + at] = factor * (l[other + at] * inverse - g[mine + at] * own);`
    }
  }
}`,
  };
}

export function similarityKernels(
  runner: ShaderRunner,
  { gramParts, spread }: GramProducts,
  { centre }: Centring,
  { sumRows }: Pick<Kernels, 'sumRows'>,
): Pick<Kernels, 'centreNormalise' | 'cka' | 'alignmentGradient'> {
  const similarity = (kind: CkaKind, inputs: Tensor[], numbers: readonly [n: number, others: number, parts: number, ...number[]]): Tensor[] => {
    const [n, , parts] = numbers;
    const matrices = inputs[0].size / (n * n * parts);
    const [g, ...others] = runner.run(ckaShader(kind), {
      inputs,
      outputs: [[matrices, n, n], ...(kind.debiased ? [[matrices, 2, n]] : []), [matrices]],
      numbers,
      groups: [matrices],
    });
    if (kind.debiased) others.shift()?.dispose();
    return [g, ...others];
  };
  const floor = CENTRED_GRAM_RATIO ** 2;

  return {
    centreNormalise: (x) => centre(x, 0, x.shape[0], 1),

    cka(k, l, { debiased }) {
      const [g, value] = similarity({ debiased }, [k, l], [k.shape[1], l.shape[0], 1, floor]);
      return { value: value as Tensor1D, g: g as Tensor3D };
    },

    alignmentGradient(x, guide, weights, { first, count, positions, shares, debiased }) {
      const { z, norm } = centre(x, first, count, positions);
      const { gram, parts } = gramParts(z);
      const inputs = [gram, guide, norm, weights, ...(shares ? [shares] : [])];
      const [g, value] = similarity({ debiased, term: { shares: shares !== undefined } }, inputs, [x.shape[1], guide.shape[0], parts, floor, first, positions]);
      const gradient = spread(g as Tensor3D, z, positions);
      for (const tensor of [z, norm, gram, g]) tensor.dispose();
      return { gradient, value: sumOverPositions(value as Tensor1D, positions, sumRows) };
    },
  };
}
