/** A jitted training step of a perceptron in jax-js, on its WASM backend. */

/** What is used of jax-js; its arrays are given away with every use but `.ref`. */
interface JaxArray {
  ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
  dispose(): void;
  blockUntilReady(): Promise<JaxArray>;
}
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
  numpy: {
    dot(a: JaxArray, b: JaxArray): JaxArray; zeros(shape: number[]): JaxArray;
    array(values: Float32Array, options: { shape: number[] }): JaxArray; sum(x: JaxArray, axis?: number): JaxArray;
  };
  nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray };
  jit<F>(step: F): F;
  grad(f: (parameters: JaxArray[], x: JaxArray, labels: JaxArray) => JaxArray): (parameters: JaxArray[], x: JaxArray, labels: JaxArray) => JaxArray[];
}

const RATE = 1e-3;

/** @param widths of all layers, input and output included */
export async function jaxPerceptron(widths: readonly number[], batch: number): Promise<{ step(): void; read(): Promise<void>; dispose(): void }> {
  const name = '@jax-js/jax';
  const jax = (await import(/* @vite-ignore */ `/bench/node_modules/${name}/dist/index.js`)) as Jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy: np, nn } = jax;
  const random = (shape: number[], scale: number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * (Math.random() + Math.random() + Math.random() - 1.5));
    return np.array(values, { shape });
  };
  let parameters = widths.slice(1).flatMap((width, i) => [random([widths[i], width], 2 / Math.sqrt(widths[i])), np.zeros([width])]);
  const loss = (p: JaxArray[], x: JaxArray, labels: JaxArray): JaxArray => {
    let h = x;
    for (let i = 0; i < p.length; i += 2) {
      const y = np.dot(h, p[i]).add(p[i + 1]);
      h = i + 2 < p.length ? nn.relu(y) : y;
    }
    return np.sum(nn.logSoftmax(h).mul(labels)).mul(-1 / batch);
  };
  const gradient = jax.grad(loss);
  const update = jax.jit((p: JaxArray[], x: JaxArray, labels: JaxArray): JaxArray[] => {
    const g = gradient(p.map((t) => t.ref), x, labels);
    return p.map((t, i) => t.sub(g[i].mul(RATE)));
  });
  const x = random([batch, widths[0]], 1);
  const classes = widths[widths.length - 1];
  const labels = np.array(Float32Array.from({ length: batch * classes }, (_, i) => (Math.floor(i / classes) % classes === i % classes ? 1 : 0)), { shape: [batch, classes] });
  return {
    step() {
      parameters = update(parameters, x.ref, labels.ref);
    },
    async read() {
      for (const t of parameters) await t.ref.blockUntilReady();
    },
    dispose() {
      for (const t of [...parameters, x, labels]) t.dispose();
    },
  };
}
