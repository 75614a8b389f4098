/** What a device can do at most, for steps to be compared with. */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../../src/lab/backend/kernels/types.ts';
import type { Stepping } from './entry.ts';

const PEAK_SIZE = 1024;

/** A product of two large square matrices. */
export function peak(kernels: Kernels, size = PEAK_SIZE): Stepping {
  const a = tf.randomNormal([1, size, size]) as tf.Tensor3D;
  let last: tf.Tensor3D | undefined;
  return {
    flops: 2 * size ** 3,
    step: () => {
      last?.dispose();
      last = kernels.matmul(a, a);
    },
    read: async () => {
      if (!last) return;
      // On a GPU the clock stops when the last product is there.
      const corner = tf.slice(last, [0, 0, 0], [1, 1, 1]);
      await corner.data();
      corner.dispose();
    },
  };
}

/** Dispatches of a step of `dispatches`, which go into one submission. */
const DISPATCHES = 1000;
const ADD_ONE = `@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { x[i] = x[i] + 1u; }`;

/** Dispatches of one workgroup, each of which reads what the one before has written. Asks tfjs's device, past tfjs. */
export function dispatches(): Stepping {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const buffer = device.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code: ADD_ONE }) } });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] });
  return {
    step: () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < DISPATCHES; i++) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(1);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    read: () => device.queue.onSubmittedWorkDone(),
  };
}
