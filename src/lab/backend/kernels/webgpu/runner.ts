/**
 * Own compute shaders on tfjs's WebGPU backend: they read and write the buffers of tfjs's tensors and go into its command
 * stream, so that operations of both kinds mix in any order. Other than tfjs's programs they may have several outputs and
 * may update tensors in place.
 *
 * Numbers that a shader needs (sizes, constants) come in uniform buffers that are shared by content and never written
 * again: a recorded dispatch can be replayed at any time, and a pipeline serves all shapes.
 */
import * as tf from '@tensorflow/tfjs-core';

/** What is used of tfjs's WebGPU backend; it exports no type for it. */
interface TfjsWebGpu {
  device: GPUDevice;
  /** `dtype` is that of the buffer: what `tf.cast` calls float32 may still hold integers. */
  tensorMap: { get(dataId: object): { values: unknown; dtype: string } };
  uploadToGPU(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: string): tf.TensorInfo;
  tensorToBinding(tensor: tf.TensorInfo): GPUBindingResource;
  commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** A compute shader. `code` sees its tensors as arrays and its numbers as fields of `u`; its entry is `main`. */
export interface Shader {
  /** With everything that the code depends on: one name, one pipeline. */
  name: string;
  /** Names of the arrays, of f32 unless written as `name: i32`. */
  inputs: readonly string[];
  /** Arrays that are read and written: new tensors, or such as are updated in place. Typed as the inputs are. */
  outputs: readonly string[];
  /** Fields of `u`, of type u32 unless written as `name: f32`. */
  numbers: readonly string[];
  code: string;
}

/** Code with one thread per element `i` below `u.size`, as many as `cover` gives. */
export const perElement = (body: string, before = ''): string => /* wgsl */ `
${before}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= u.size) { return; }
  ${body}
}`;

/** Workgroups along one dimension that every device takes. */
const MOST_GROUPS = 65_535;

/** At least so many workgroups, in two dimensions where one would not do. */
export function inTwoDimensions(groups: number): [number, number] {
  const rows = Math.ceil(groups / MOST_GROUPS);
  return [Math.ceil(groups / rows), rows];
}

/** Workgroups of 256 threads that cover a number of elements. */
export const cover = (size: number): [number, number] => inTwoDimensions(Math.ceil(size / 256));

/** The sizes of a run are beyond what the GPU can take in one piece. */
export class TooLargeForGpu extends Error {
  override name = 'TooLargeForGpu';
  readonly remedy = 'Take smaller batches, fewer arms or seeds, or a narrower network; or choose WebAssembly in the backend menu.';
}

export interface Call {
  inputs: readonly tf.Tensor[];
  /** One for each output: the shape of a new tensor, or a tensor to update in place. */
  outputs: readonly (number[] | tf.Tensor)[];
  numbers: readonly number[];
  /** Workgroups along x, y, z. */
  groups: readonly [number, number?, number?];
}

/** Pipelines have no limit; sets of numbers do, since some could change with every step. */
const MOST_UNIFORMS = 4096;
/** tfjs hands its commands to the GPU after this many dispatches (its `WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE`). */
const DISPATCHES_A_SUBMISSION = 15;

const TO_FLOATS: Shader = {
  name: 'to floats',
  inputs: ['x: i32'],
  outputs: ['y'],
  numbers: ['size'],
  code: perElement('y[i] = f32(x[i]);'),
};

const typed = (name: string, type: string): [string, string] => {
  const [plain, own] = name.split(': ');
  return [plain, own ?? type];
};

/** The whole text of a shader. */
export function shaderText({ inputs, outputs, numbers, code }: Shader): string {
  const arrays = [...inputs.map((name) => ({ name, access: 'read' })), ...outputs.map((name) => ({ name, access: 'read_write' }))];
  const bindings = arrays.map(({ name, access }, i) => {
    const [plain, type] = typed(name, 'f32');
    return `@group(0) @binding(${i}) var<storage, ${access}> ${plain}: array<${type}>;`;
  });
  if (numbers.length > 0) {
    const fields = numbers.map((name) => typed(name, 'u32').join(': ')).join(', ');
    bindings.push(`struct Numbers { ${fields} }`, `@group(0) @binding(${arrays.length}) var<uniform> u: Numbers;`);
  }
  return `${bindings.join('\n')}\n${code}`;
}

export class ShaderRunner {
  readonly #backend: TfjsWebGpu;
  readonly #pipelines = new Map<string, { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout }>();
  readonly #uniforms = new Map<string, GPUBuffer>();

  /** Call it while tfjs's WebGPU backend is the current one. */
  constructor() {
    this.#backend = tf.backend() as unknown as TfjsWebGpu;
  }

  get device(): GPUDevice {
    return this.#backend.device;
  }

  /** Run a shader. @returns its outputs; new tensors belong to the current `tf.tidy` */
  run(shader: Shader, call: Call): tf.Tensor[] {
    const backend = this.#backend;
    const inputs = call.inputs.map((tensor, i) => (typed(shader.inputs[i], 'f32')[1] === 'f32' ? this.#floats(tensor) : tensor));
    const outputs = call.outputs.map((output, i) => (output instanceof tf.Tensor ? output : this.#newTensor(output, typed(shader.outputs[i], 'f32')[1])));
    const tensors = [...inputs, ...outputs];
    this.#checkLimits(shader, tensors, call.groups);
    const entries = tensors.map((tensor, binding): GPUBindGroupEntry => {
      backend.uploadToGPU(tensor.dataId);
      // tfjs releases a tensor's buffer only after the commands that use it have been submitted.
      backend.commandQueueOwnedIds.add(tensor.dataId);
      return { binding, resource: backend.tensorToBinding(tensor) };
    });
    // tfjs keeps a copy of values it has read back: an update in place makes it stale.
    for (const output of call.outputs) if (output instanceof tf.Tensor) backend.tensorMap.get(output.dataId).values = null;
    if (shader.numbers.length > 0) entries.push({ binding: tensors.length, resource: { buffer: this.#uniform(shader, call.numbers) } });
    const { pipeline, layout } = this.#pipeline(shader);
    const bindGroup = backend.device.createBindGroup({ layout, entries });
    backend.ensureCommandEncoderReady();
    backend.computePassEncoder ??= (backend.commandEncoder as GPUCommandEncoder).beginComputePass();
    const pass = backend.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...(call.groups as [number, number?, number?]));
    backend.dispatchCountInPass++;
    if (backend.dispatchCountInPass >= DISPATCHES_A_SUBMISSION) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    inputs.forEach((tensor, i) => {
      if (tensor !== call.inputs[i]) tensor.dispose();
    });
    return outputs;
  }

  /** Beyond its limits a device refuses a dispatch without a word where it was asked for. */
  #checkLimits(shader: Shader, tensors: readonly tf.Tensor[], groups: Call['groups']): void {
    const { maxStorageBufferBindingSize = Number.POSITIVE_INFINITY } = this.device.limits;
    for (const { size, shape } of tensors) {
      if (4 * size <= maxStorageBufferBindingSize) continue;
      const [needed, most] = [4 * size, maxStorageBufferBindingSize].map((bytes) => Math.round(bytes / 2 ** 20));
      throw new TooLargeForGpu(`An array of ${shape.join('×')} numbers takes ${needed} MB; this GPU reads at most ${most} MB in one piece ("${shader.name}").`);
    }
    if (groups.some((count = 1) => count > MOST_GROUPS)) {
      throw new TooLargeForGpu(`The sizes of "${shader.name}" ask for ${groups.join('×')} workgroups; a GPU takes at most ${MOST_GROUPS} along one dimension.`);
    }
  }

  /** The tensor, or a copy whose buffer does hold floats. */
  #floats(tensor: tf.Tensor): tf.Tensor {
    if (this.#backend.tensorMap.get(tensor.dataId).dtype === 'float32') return tensor;
    return this.run(TO_FLOATS, { inputs: [tensor], outputs: [tensor.shape], numbers: [tensor.size], groups: cover(tensor.size) })[0];
  }

  #newTensor(shape: number[], type: string): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.#backend.makeTensorInfo(shape, type === 'i32' ? 'int32' : 'float32'));
  }

  #pipeline(shader: Shader): { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout } {
    let made = this.#pipelines.get(shader.name);
    if (!made) {
      const { device } = this.#backend;
      const module = device.createShaderModule({ code: shaderText(shader), label: shader.name });
      const pipeline = device.createComputePipeline({ compute: { module, entryPoint: 'main' }, layout: 'auto', label: shader.name });
      made = { pipeline, layout: pipeline.getBindGroupLayout(0) };
      this.#pipelines.set(shader.name, made);
    }
    return made;
  }

  #uniform(shader: Shader, numbers: readonly number[]): GPUBuffer {
    const types = shader.numbers.map((name) => typed(name, 'u32')[1]);
    const key = `${types.join()}/${numbers.join()}`;
    let buffer = this.#uniforms.get(key);
    if (!buffer) {
      // Dropped, not destroyed: a recording may still use them.
      if (this.#uniforms.size >= MOST_UNIFORMS) this.#uniforms.clear();
      const bytes = new ArrayBuffer(4 * numbers.length);
      const view = new DataView(bytes);
      numbers.forEach((value, i) => {
        if (types[i] === 'f32') view.setFloat32(4 * i, value, true);
        else if (types[i] === 'i32') view.setInt32(4 * i, value, true);
        else view.setUint32(4 * i, value, true);
      });
      buffer = this.#backend.device.createBuffer({ size: bytes.byteLength, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
      this.#backend.device.queue.writeBuffer(buffer, 0, bytes);
      this.#uniforms.set(key, buffer);
    }
    return buffer;
  }
}
