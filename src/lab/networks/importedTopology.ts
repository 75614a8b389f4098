/**
 * The spellings of a Layers model's topology brought to the one that tfjs reads. Keras 3 writes the same networks in
 * other words; and what a network was trained with (initial values, regularisers, a fixed batch, state that outlives a
 * batch) has no meaning for one that is only evaluated.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Fields = Record<string, Json>;

const isFields = (value: Json | undefined): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether it was written by Keras 3. */
export const byKeras3 = (topology: object): boolean => /^3\./.test(String((topology as Fields).keras_version ?? ''));

/** Kept as it is by tfjs, computed otherwise by Keras 3. */
const CHANGED_ACTIVATION = /^hard_?(sigmoid|silu|swish)$/i;
const ACTIVATIONS: Record<string, string> = { silu: 'swish', leaky_relu: 'leakyRelu', log_softmax: 'logSoftmax' };

/** @throws {Error} when tfjs would compute another function under the same name */
function activation(value: Json, keras3: boolean): Json {
  // A function by its name, in an envelope.
  const name = isFields(value) && value.class_name === 'function' ? value.config : value;
  if (typeof name !== 'string') return name;
  if (keras3 && CHANGED_ACTIVATION.test(name)) throw new Error(`its activation “${name}” is another function in Keras 3 than in TensorFlow.js`);
  return ACTIVATIONS[name] ?? name;
}

/** All tensors in the arguments of a call, in order. @throws {Error} when there is something else */
function tensorsIn(layer: string, args: Json): Json[] {
  if (Array.isArray(args)) return args.flatMap((one) => tensorsIn(layer, one));
  const history = isFields(args) && isFields(args.config) ? args.config.keras_history : undefined;
  if (!Array.isArray(history)) throw new Error(`layer ${layer} is called with something other than outputs of layers`);
  return [[...history, {}]];
}

/** One call of a layer: `[[name, call, output, settings], …]`, one entry for each tensor that it is given. */
function inboundNode(layer: string, node: Json): Json {
  if (!isFields(node)) return node;
  const given = Object.entries(isFields(node.kwargs) ? node.kwargs : {}).filter(([, value]) => value !== null);
  for (const [name, value] of given) if (typeof value === 'object') throw new Error(`layer ${layer} is called with “${name}”`);
  const settings = Object.fromEntries(given);
  return tensorsIn(layer, node.args ?? []).map((tensor) => [...(tensor as Json[]).slice(0, 3), settings]);
}

/** `["name", 0, 0]` stands for a list of one. */
const ends = (value: Json): Json => (Array.isArray(value) && typeof value[0] === 'string' ? [value] : value);

/** A size that any batch may have, in place of the one that the network was saved with. */
const anyBatch = (shape: Json): Json => (Array.isArray(shape) && shape.length > 1 ? [null, ...shape.slice(1)] : shape);

const dtype = (value: Json): Json => {
  const name = isFields(value) && isFields(value.config) ? value.config.name : value;
  return typeof name === 'string' && /float|policy/.test(name) ? 'float32' : name;
};

/** @throws {Error} when a layer has settings that tfjs would pass over in silence */
function layerConfig(className: Json, name: Json, config: Fields): Fields {
  const { negative_slope: slope, threshold, axis, ...rest } = config;
  const first = (value: Json | undefined) => (Array.isArray(value) ? value[0] : value);
  switch (className) {
    case 'LeakyReLU':
      return { ...rest, ...(slope !== undefined && { alpha: first(slope) as Json }) };
    case 'ReLU':
      if (first(slope) || first(threshold)) throw new Error(`layer ${String(name)} is a ReLU with a slope or a threshold, which TensorFlow.js does not know`);
      return rest;
    case 'BatchNormalization':
      return axis === undefined ? config : { ...config, axis: first(axis) as Json };
    default:
      return config;
  }
}

/**
 * @param topology as in model.json
 * @returns a copy that tfjs reads
 * @throws {Error} that says what tfjs cannot represent
 */
export function readableTopology(topology: object): object {
  const keras3 = byKeras3(topology);
  const visit = (value: Json, key = '', owner = ''): Json => {
    if (key === 'inbound_nodes' && Array.isArray(value)) return value.map((node) => inboundNode(owner, node));
    if (/^(input|output)_layers$/.test(key)) return ends(value);
    if (/^batch_?(input)?_?shape$/i.test(key)) return anyBatch(value);
    if (key === 'dtype') return dtype(value);
    if (/activation$/i.test(key)) return activation(value, keras3);
    if (Array.isArray(value)) return value.map((one) => visit(one, '', owner));
    if (!isFields(value)) return value;
    const name = typeof value.name === 'string' ? value.name : owner;
    const config = isFields(value.config) ? layerConfig(value.class_name, value.config.name ?? name, value.config) : value.config;
    const entries = Object.entries({ ...value, ...(config !== undefined && { config }) }).map(([field, inner]): [string, Json] => {
      // Those of the file take their place, and some take long to draw.
      if (/_?initializer$/i.test(field) && inner) return [field, { class_name: 'Zeros', config: {} }];
      if (/_(regularizer|constraint)$/.test(field)) return [field, null];
      // Between two batches there is no "before": examples come in any order.
      if (field === 'stateful') return [field, false];
      return [field === 'batch_shape' ? 'batch_input_shape' : field, visit(inner, field, name)];
    });
    return Object.fromEntries(entries);
  };
  return visit(topology as Fields) as object;
}
