import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskShape } from '../../experiment/networks/describe.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import type { Experiment, GuideSpec, NetworkSpec, TaskSpec } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../../lab/backend/kernels/types.ts';
import { nodeWasmFiles } from '../../lab/backend/nodeWasmFiles.ts';
import { chooseBackend } from '../../lab/check/choose.ts';
import { encode, pieces, vocabularyOf } from '../../lab/files/tokenise.ts';
import { createLab } from '../../lab/lab.ts';
import { Model } from '../../lab/networks/model.ts';
import { readTensors } from '../../lab/networks/weights.ts';
import { createTask, type DrawnTaskSpec } from '../../lab/tasks/index.ts';
import { tinyExperiment } from '../../lab/testing/experiments.ts';
import { refusedBeyond, torchFiles, torchFilesBeyond } from './files.ts';
import { findFullSize, FULL_SIZE } from './fullSize.ts';
import { writeSafetensors } from '../../experiment/contract/safetensors.ts';
import { hasTorch, PYTHON } from './testing/python.ts';
import { writeFolder } from './testing/parity.ts';
import { toTorch } from '../../experiment/contract/torchWeights.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/beyond.md'), 'utf8');
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('the pairs of the paper at full size', () => {
  it.each(FULL_SIZE)('are experiments, and beyond the page: $id', ({ id, experiment }) => {
    expect(experiment.preset).toBe(id);
    expect(parseExperiment(experiment, true)).toEqual({ ok: true, experiment });
    expect(parseExperiment(experiment).ok).toBe(false);
    expect(refusedBeyond(experiment)).toEqual([]);
  });

  it.each(FULL_SIZE)('say on paper where they differ: $id', ({ id, differs }) => {
    for (const sentence of differs) expect(DOCUMENT.split('\n')).toContainEqual(expect.stringMatching(`^- .*\`${id}\`.*: ${escaped(sentence)}$`));
  });

  it('are wrong where anything but a size is', () => {
    const { experiment } = FULL_SIZE[0];
    for (const wrong of [{ base: { ...experiment.base, steps: 0 } }, { target: { ...experiment.target, family: 'rnn' } }, { more: 1 }])
      expect(parseExperiment({ ...experiment, ...wrong }, true).ok).toBe(false);
  });

  it('say what a script cannot make', () => {
    const images = tinyExperiment();
    expect(refusedBeyond(images).join(' ')).toMatch(/does not make data that the page draws.* does not make guides that are trained with another/);
    const other = findFullSize('parity-paper')?.experiment as Experiment;
    expect(refusedBeyond({ ...other, target: { ...other.target, init: 'xavier' } as NetworkSpec })).toEqual([expect.stringContaining('initial weights')]);
  });
});

/** A task with the same layout and little of it. */
function little(task: TaskSpec): TaskSpec {
  if (task.kind === 'image-files') return { ...task, size: 16, classNames: task.classNames.slice(0, 8), train: 24, val: 24 };
  if (task.kind === 'text-file') return { ...task, context: 6, vocabulary: 12, trainTokens: 400, valTokens: 40 };
  if (task.kind === 'copy-paste-official') return { ...task, minLength: 3, maxLength: 5, val: 12 };
  return task.kind === 'parity' ? { ...task, length: 9, val: 12 } : task;
}

/** The same layers with few units. */
function narrow(network: NetworkSpec): NetworkSpec {
  if (network.family === 'resnet') return { ...network, width: 4, stages: network.stages.map(() => 1) };
  if (network.family === 'transformer') return { ...network, width: 2 * network.heads, ffn: 32, layers: 1 };
  return network.family === 'fcn' ? { ...network, width: 32, depth: 3 } : ({ ...network, width: 16 } as NetworkSpec);
}

/** A pair of the paper so small that two steps take no time. */
function tiny({ experiment }: (typeof FULL_SIZE)[number]): Experiment {
  const guides = Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => {
    const own = 'network' in guide ? { ...guide, network: narrow(guide.network) } : guide;
    return [id, own.state === 'trained' ? { ...own, training: { ...own.training, steps: 2, batchSize: 8 } } : own];
  });
  const base = { ...experiment.base, steps: 3, batchSize: 8, evaluateEvery: 3, learningRate: 0.01 };
  return { ...experiment, task: little(experiment.task), target: narrow(experiment.target), guides: Object.fromEntries(guides), base, seeds: [0] };
}

const TEXT = 'It’s a test: 12 words, and not many more.\nA word, a test, the end; a word again.\n'.repeat(30);

/** Networks that only the script has: their initial weights follow the same rules as those of other ResNets. */
const asBuilt = (network: NetworkSpec): NetworkSpec => (network.family === 'resnet' ? { ...network, stem: undefined, skips: undefined } : network);

describe.runIf(hasTorch)('a script on its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(name: string, network: NetworkSpec, { task }: Experiment, kernels: Kernels): Promise<void> {
    const model = new Model({ network: asBuilt(network), task: taskShape(task), seeds: [0], streamName: 'init' }, kernels);
    const tensors = await readTensors(model.weights.named());
    const plain = Object.fromEntries(Object.entries(tensors).map(([key, { shape, data }]) => [key, { shape: shape.slice(1), data }]));
    writeFileSync(join(folder, 'starts', `${name}.safetensors`), writeSafetensors(toTorch(plain)));
    model.dispose();
  }

  beforeAll(async () => {
    const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
    const plain = tinyExperiment({ seeds: [0], 'target.norm': 'none', 'target.dropout': 0, 'guides.trained.training.steps': 1 });
    const two = { ...plain, arms: plain.arms.filter(({ id }) => id === 'unguided' || id === 'guided') };
    writeFolder(join(folder, 'plain'), torchFiles(two, await lab.startingPoint(two, 'wasm')));
    await lab.dispose();
    const { kernels } = await chooseBackend('wasm', nodeWasmFiles);
    mkdirSync(join(folder, 'starts'));
    // The two on images are one in all but their sizes.
    const all = FULL_SIZE.filter(({ id }) => id !== 'imagenet-wide-fcn').map((preset) => [preset.id, tiny(preset)] as const);
    for (const [id, experiment] of all) {
      writeFolder(join(folder, id), torchFilesBeyond(experiment, 'test'));
      await start(`${id}-target`, experiment.target, experiment, kernels);
      await start(`${id}-untrained`, guideNetwork(experiment, 'untrained') as NetworkSpec, experiment, kernels);
    }
    writeFileSync(join(folder, 'made.json'), JSON.stringify(all.map(([id]) => id)));
    const copy = all.find(([id]) => id === 'copy-paste-paper')?.[1].task as DrawnTaskSpec;
    const { inputs, labels } = createTask(copy).val;
    const plainTensor = (data: typeof inputs | typeof labels) => ({ shape: [data.length], data });
    writeFileSync(join(folder, 'starts', 'copy-paste-paper-val.safetensors'), writeSafetensors({ inputs: plainTensor(inputs), labels: plainTensor(labels) }));
    writeFileSync(join(folder, 'text.txt'), TEXT);
    const words = pieces(TEXT, 'words');
    const [train, val] = [words.slice(0, -40), words.slice(-40)];
    const vocabulary = vocabularyOf(train, 12);
    const tokens = { vocabulary: 12, train: [...encode(train, vocabulary)], val: [...encode(val, vocabulary)] };
    writeFileSync(join(folder, 'starts', 'tokens.json'), JSON.stringify(tokens));
  }, 240_000);

  it('does what its options say, and makes what a large experiment begins with', () => {
    const said = execFileSync(PYTHON, [join(import.meta.dirname, 'testing/scale.py'), folder], { encoding: 'utf8' });
    expect(said.trim()).toBe('held');
  }, 240_000);
});
