/** Small networks that cases are made of. */
import type { NetworkSpec } from '../../../experiment/schema/schema.ts';

export const CONVNEXT = { family: 'convnext', stages: [1, 1], width: 8, patch: 2, kernel: 3, init: 'default' };
export const VIT = { family: 'vit', patch: 4, layers: 1, width: 8, heads: 2, ffn: 12, pooling: 'class', init: 'default' };
export const RESNET = { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 4, init: 'he', tap: 'post' };
export const CONVNET = { family: 'convnet', stages: [2, 1], width: 4, stride: 2, norm: 'none', init: 'he', tap: 'post' };
export const FCN = { family: 'fcn', depth: 3, width: 16, norm: 'layer', activation: 'gelu', dropout: 0.2, init: 'orthogonal', tap: 'post' };
export const RNN = { family: 'rnn', layers: 2, width: 8, init: 'default', chained: false };
export const TRANSFORMER: NetworkSpec = {
  family: 'transformer',
  layers: 1,
  width: 8,
  heads: 2,
  ffn: 12,
  causal: false,
  positions: 'learned',
  norm: 'post',
  activation: 'gelu',
  pooling: 'mean',
  init: 'default',
};
export const OWN_IMAGES = `conv 6
batchnorm
relu
dropout 0.2
residual
  conv 6
  layernorm
  gelu
  skip
    conv 6 1x1
maxpool
averagepool 2x2
flatten
dense 10 bias=no
tanh
tap last
`;
export const OWN_TOKENS = `embed 8
positions learned
residual
  layernorm
  attention heads=2 causal
gru 8
dropout 0.1
lstm 8
rnn 8 relu
dense 12
relu
averagepool
`;
export const own = (text: string, tap: 'pre' | 'post') => ({ family: 'custom', init: 'default', tap, text });
