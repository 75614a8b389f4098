/** A jitted training step of jax-js: one unguided member of an experiment, with the experiment's optimiser. */
import { taskShape } from '../../src/experiment/networks/describe.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import type { Stage, Stepping } from './entry.ts';
import { type Jax, type JaxArray, jaxNetwork } from './jaxNetworks.ts';

const RATE = 1e-3;
const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];
/** Keeps the norm of no gradient from being 0. */
const TINY = 1e-12;
/** Of running statistics. */
const MOMENTUM = 0.9;
/** jax-js gives memory of a GPU back when it has waited for it: a null device has room for some steps, not for a round. */
const STEPS_BETWEEN_WAITS = 8;

/** A worker gets it from the server by its address, Node by its name. */
async function load(): Promise<Jax> {
  const name = '@jax-js/jax';
  return (await import(/* @vite-ignore */ typeof process === 'undefined' ? `/bench/node_modules/${name}/dist/index.js` : name)) as Jax;
}

/** Rows of a training set, or new sequences: made in JavaScript every step, as ours does it. */
function batches(experiment: Experiment): () => { x: Float32Array | Int32Array; shape: number[]; labels: Int32Array } {
  const { input, classes, trainExamples, tokens } = taskShape(experiment.task);
  const { batchSize } = experiment.base;
  const drawn = (count: number, below: number) => Int32Array.from({ length: count }, () => Math.floor(Math.random() * below));
  const features = input.reduce((a, b) => a * b, 1);
  if (tokens) return () => ({ x: drawn(batchSize * features, tokens.vocabulary), shape: [batchSize, features], labels: drawn(batchSize, classes) });
  const examples = Float32Array.from({ length: trainExamples * features }, () => Math.random());
  return () => {
    const x = new Float32Array(batchSize * features);
    drawn(batchSize, trainExamples).forEach((row, i) => x.set(examples.subarray(row * features, (row + 1) * features), i * features));
    return { x, shape: [batchSize, features], labels: drawn(batchSize, classes) };
  };
}

/** @throws {Error} what jax-js says where it cannot run, or cannot express the network */
export async function jax(experiment: Experiment, backend: Stage['backend']): Promise<Stepping> {
  const jax = await load();
  await jax.init(backend);
  jax.defaultDevice(backend);
  const { numpy: np, nn } = jax;
  const { batchSize, optimiser, clipNorm } = experiment.base;
  const shape = taskShape(experiment.task);
  const network = jaxNetwork(jax, experiment.target, shape);
  const sizes = network.parameters.map((parameter) => parameter.shape);

  const gradient = jax.grad(
    (parameters: JaxArray[], x: JaxArray, labels: JaxArray, key: JaxArray): [JaxArray, JaxArray[]] => {
      const { logits, statistics } = network.forward(parameters, x, key);
      const wanted = nn.oneHot(labels, shape.classes);
      return [np.sum(nn.logSoftmax(logits).mul(wanted)).mul(-1 / batchSize), statistics];
    },
    { hasAux: true },
  );

  const clipped = (gradients: JaxArray[]): JaxArray[] => {
    if (!clipNorm) return gradients;
    const squares = gradients.map((g) => np.sum(g.ref.mul(g.ref))).reduce((a, b) => a.add(b));
    const norm = np.sqrt(squares.add(TINY));
    const factor = np.minimum(norm.ref, clipNorm).div(norm);
    const result = gradients.map((g) => g.mul(factor.ref));
    factor.dispose();
    return result;
  };
  const running = (old: JaxArray[], batch: JaxArray[]) => old.map((value, i) => value.mul(MOMENTUM).add(batch[i].mul(1 - MOMENTUM)));

  const sgd = jax.jit((parameters: JaxArray[], statistics: JaxArray[], x: JaxArray, labels: JaxArray, key: JaxArray): JaxArray[][] => {
    const [g, batch] = gradient(
      parameters.map((p) => p.ref),
      x,
      labels,
      key,
    );
    return [parameters.map((p, i) => p.sub(g[i].mul(RATE))), running(statistics, batch)];
  });
  /** @param corrections rate with bias correction, and the correction of the second moment */
  const adam = jax.jit(
    (
      parameters: JaxArray[],
      first: JaxArray[],
      second: JaxArray[],
      statistics: JaxArray[],
      x: JaxArray,
      labels: JaxArray,
      key: JaxArray,
      rate: JaxArray,
      scale: JaxArray,
    ): JaxArray[][] => {
      const [raw, batch] = gradient(
        parameters.map((p) => p.ref),
        x,
        labels,
        key,
      );
      const g = clipped(raw);
      const m = first.map((value, i) => value.mul(BETA_1).add(g[i].ref.mul(1 - BETA_1)));
      const v = second.map((value, i) => value.mul(BETA_2).add(g[i].ref.mul(g[i]).mul(1 - BETA_2)));
      const next = parameters.map((p, i) => p.sub(m[i].ref.mul(rate.ref).div(np.sqrt(v[i].ref.mul(scale.ref)).add(EPSILON))));
      return [next, m, v, running(statistics, batch)];
    },
  );

  const zeros = () => sizes.map((size) => np.zeros(size));
  let state: JaxArray[][] = optimiser.kind === 'sgd' ? [network.parameters] : [network.parameters, zeros(), zeros()];
  state.push(network.normalised.flatMap((features) => [np.zeros([features]), np.ones([features])]));
  const batch = batches(experiment);
  const scalar = (value: number) => np.array(Float32Array.of(value), { shape: [1] });
  let step = 0;
  const wait = async () => {
    for (const t of state.flat()) await t.ref.blockUntilReady();
  };
  return {
    async step() {
      step++;
      const { x, shape: xShape, labels } = batch();
      const inputs = [np.array(x, { shape: xShape }), np.array(labels, { shape: [batchSize] }), jax.random.key(step)] as const;
      if (optimiser.kind === 'sgd') {
        const [parameters, statistics] = state;
        state = sgd(parameters, statistics, ...inputs);
      } else {
        const [parameters, m, v, statistics] = state;
        state = adam(parameters, m, v, statistics, ...inputs, scalar(RATE / (1 - BETA_1 ** step)), scalar(1 / (1 - BETA_2 ** step)));
      }
      if (backend === 'webgpu' && step % STEPS_BETWEEN_WAITS === 0) await wait();
    },
    read: wait,
  };
}
