/** Networks in text form to start from. */
import type { TaskShape } from '../shapes/describeTask.ts';

export interface Template {
  id: string;
  name: string;
  reads: 'images' | 'tokens';
  text: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    id: 'fcn',
    name: 'Fully connected',
    reads: 'images',
    text: `# Fully connected
flatten
repeat 3
  dense 256
  batchnorm
  relu
  dropout 0.1
`,
  },
  {
    id: 'convnet',
    name: 'Plain convnet',
    reads: 'images',
    text: `# Plain convnet
conv 16
batchnorm
relu
maxpool
repeat 2
  conv 32
  batchnorm
  relu
averagepool
dense 64
relu
`,
  },
  {
    id: 'resnet',
    name: 'ResNet',
    reads: 'images',
    text: `# Small ResNet
conv 16
batchnorm
relu
repeat 2
  residual
    conv 16
    batchnorm
    relu
    conv 16
    batchnorm
  relu
residual
  conv 32 stride=2
  batchnorm
  relu
  conv 32
  batchnorm
  skip
    conv 32 1x1 stride=2
    batchnorm
relu
averagepool
`,
  },
  {
    id: 'vit',
    name: 'Vision transformer',
    reads: 'images',
    text: `# Vision transformer
conv 32 4x4 stride=4
tokens
positions learned
repeat 2
  residual
    layernorm
    attention heads=4
    tap attention
  residual
    layernorm
    dense 64
    gelu
    dense 32
layernorm
averagepool
`,
  },
  {
    id: 'rnn',
    name: 'Recurrent',
    reads: 'tokens',
    text: `# GRU
embed 64
repeat 2
  gru 64
`,
  },
  {
    id: 'transformer',
    name: 'Transformer',
    reads: 'tokens',
    text: `# Transformer
embed 32
positions sinusoidal
repeat 2
  residual
    layernorm
    attention heads=4 causal
    tap attention
  residual
    layernorm
    dense 64
    relu
    dense 32
layernorm
`,
  },
];

/** Templates of networks that can read a task. */
export const templatesFor = (task: TaskShape): Template[] => TEMPLATES.filter(({ reads }) => (reads === 'tokens') === (task.tokens !== undefined));
