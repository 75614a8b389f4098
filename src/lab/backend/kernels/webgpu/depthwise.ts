/** Depth-wise convolutions of all members: one dispatch forward and for the input, one or two for the filter. */
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { sumOfParts } from './gemm.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** Channels that a workgroup takes, with 16 threads each. */
const WIDE = 16;
/** Pixels that a workgroup adds up for the gradient of a filter. */
const CHUNK = 1024;

/** `turned`: with the filter turned round, which is the gradient with respect to the input. */
const convolutionShader = (bias: boolean, turned: boolean): Shader => ({
  name: `depthwise${turned ? ' input gradient' : ''}${bias ? ' bias' : ''}`,
  inputs: ['x', 'filter_', ...(bias ? ['bias'] : [])],
  outputs: ['y'],
  numbers: ['size', 'B', 'H', 'W', 'C', 'side'],
  code: perElement(/* wgsl */ `
  let c = i % u.C;
  let column = i32((i / u.C) % u.W);
  let line = i32((i / (u.C * u.W)) % u.H);
  let image = i / (u.C * u.W * u.H);
  let e = image / u.B;
  let pad = i32(u.side / 2u);
  var sum = ${bias ? 'bias[e * u.C + c]' : '0.0'};
  for (var ky = 0; ky < i32(u.side); ky++) {
    let iy = line + ky - pad;
    if (iy < 0 || iy >= i32(u.H)) { continue; }
    for (var kx = 0; kx < i32(u.side); kx++) {
      let ix = column + kx - pad;
      if (ix < 0 || ix >= i32(u.W)) { continue; }
      let tap = ${turned ? 'u.side * u.side - 1u - (u32(ky) * u.side + u32(kx))' : 'u32(ky) * u.side + u32(kx)'};
      sum = fma(x[((image * u.H + u32(iy)) * u.W + u32(ix)) * u.C + c], filter_[(e * u.side * u.side + tap) * u.C + c], sum);
    }
  }
  y[i] = sum;`),
});

/** A workgroup for 16 channels of a tap of a member, over a chunk of its pixels. */
const FILTER_GRADIENT: Shader = {
  name: 'depthwise filter gradient',
  inputs: ['dy', 'x'],
  outputs: ['parts'],
  numbers: ['B', 'H', 'W', 'C', 'side'],
  code: /* wgsl */ `
var<workgroup> sums: array<f32, ${16 * WIDE}>;
@compute @workgroup_size(${WIDE}, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let taps = u.side * u.side;
  let e = group.y / taps;
  let tap = group.y % taps;
  let mine = group.x * ${WIDE}u + lane.x < u.C;
  let c = min(group.x * ${WIDE}u + lane.x, u.C - 1u);
  let pad = i32(u.side / 2u);
  let right = i32(tap % u.side) - pad;
  let down = i32(tap / u.side) - pad;
  let first = e * u.B * u.H * u.W;
  var sum = 0.0;
  for (var r = group.z * ${CHUNK}u + lane.y; r < min((group.z + 1u) * ${CHUNK}u, u.B * u.H * u.W); r += 16u) {
    let ix = i32(r % u.W) + right;
    let iy = i32((r / u.W) % u.H) + down;
    if (ix < 0 || iy < 0 || ix >= i32(u.W) || iy >= i32(u.H)) { continue; }
    let under = u32(i32(first + r) + down * i32(u.W) + right);
    sum = fma(dy[(first + r) * u.C + c], x[under * u.C + c], sum);
  }
  sums[lane.y * ${WIDE}u + lane.x] = sum;
  workgroupBarrier();
  for (var half = 8u; half > 0u; half /= 2u) {
    if (lane.y < half) { sums[lane.y * ${WIDE}u + lane.x] += sums[(lane.y + half) * ${WIDE}u + lane.x]; }
    workgroupBarrier();
  }
  if (lane.y == 0u && mine) { parts[(group.y * groups.z + group.z) * u.C + c] = sums[lane.x]; }
}`,
};

export function depthwiseKernels(runner: ShaderRunner): Pick<Kernels, 'depthwiseConv' | 'depthwiseConvInputGrad' | 'depthwiseConvFilterGrad'> {
  const convolve = (x: Tensor5D, filter: Tensor4D, turned: boolean, bias?: Tensor): Tensor5D => {
    const [, batch, height, width, channels] = x.shape;
    return runner.run(convolutionShader(bias !== undefined, turned), {
      inputs: bias ? [x, filter, bias] : [x, filter],
      outputs: [x.shape],
      numbers: [x.size, batch, height, width, channels, filter.shape[1]],
      groups: cover(x.size),
    })[0] as Tensor5D;
  };
  return {
    depthwiseConv: (x, filter, bias) => convolve(x, filter, false, bias),
    depthwiseConvInputGrad: (dy, filter) => convolve(dy, filter, true),
    depthwiseConvFilterGrad(dy, x, side) {
      const [members, batch, height, width, channels] = x.shape;
      const taps = members * side * side;
      const parts = Math.ceil((batch * height * width) / CHUNK);
      const shape = [members, side, side, channels];
      const [sums] = runner.run(FILTER_GRADIENT, {
        inputs: [dy, x],
        outputs: [parts === 1 ? shape : [taps, parts, channels]],
        numbers: [batch, height, width, channels, side],
        groups: [Math.ceil(channels / WIDE), taps, parts],
      });
      return (parts === 1 ? sums : sumOfParts(runner, sums, { shape, parts, each: channels })) as Tensor4D;
    },
  };
}
