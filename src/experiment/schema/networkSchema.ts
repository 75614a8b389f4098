/** The networks that an experiment can name, with the limits of every field. */
import { z } from 'zod';
import { int, real } from './fields.ts';

/** Characters of a network's text. */
export const MAX_TEXT = 8000;

const tapPlace = z.enum(['pre', 'post']);

/**
 * Initial weights of networks for images. default: PyTorch's U(±1/√fan-in), biases too; all others have zero biases.
 * he: scaled for ReLU. xavier: Glorot's uniform. orthogonal: orthonormal rows or columns, times √2 before ReLU and GELU.
 * identity: that where a layer has as many outputs as inputs, else orthonormal. Of a convolution the last two fill the
 * middle of the kernel. mimetic: what trained networks look like (Trockman & Kolter): of a stack of layers the default, but
 * that the first layer's weights have a mean.
 */
const weightInit = z.enum(['default', 'he', 'xavier', 'orthogonal', 'identity', 'mimetic']);

/** The same of networks of blocks: the first layer of every MLP has a mean, and attention starts near the identity. */
const blockInit = z.enum(['default', 'mimetic']);

const fcnSchema = z.strictObject({
  family: z.literal('fcn'),
  depth: int(1, 64),
  width: int(4, 4096),
  norm: z.enum(['batch', 'layer', 'none']),
  /** Absent: 'relu'. */
  activation: z.enum(['relu', 'gelu', 'tanh']).optional(),
  dropout: real(0, 0.9),
  init: weightInit,
  /** Read activations before or after normalisation and nonlinearity. */
  tap: tapPlace,
});

const resnetSchema = z.strictObject({
  family: z.literal('resnet'),
  /** Two 3×3 convolutions a block, or 1×1, 3×3, 1×1 with four times the channels behind them. Absent: 'basic'. */
  block: z.enum(['basic', 'bottleneck']).optional(),
  /** Blocks per stage; every stage after the first halves the resolution and doubles the channels. */
  stages: z.array(int(1, 8)).min(1).max(4),
  /** Channels of the first stage. */
  width: int(2, 128),
  /** As for ImageNet: a 7×7 convolution of stride 2, and behind it a 3×3 max pool of stride 2. Absent: a 3×3 convolution. */
  stem: z.enum(['large']).optional(),
  /** False: nothing beside the convolutions (the paper's Deep ConvNet). Absent: true. */
  skips: z.boolean().optional(),
  init: weightInit,
  tap: tapPlace,
});

/** Most convolutions of a plain ConvNet, all stages together: as deep as the paper's. */
export const MAX_CONVOLUTIONS = 50;

const convnetSchema = z.strictObject({
  family: z.literal('convnet'),
  /** 3×3 convolutions per stage, without skips; every stage after the first halves the resolution and doubles the channels. */
  stages: z
    .array(int(1, MAX_CONVOLUTIONS))
    .min(1)
    .max(4)
    .refine((stages) => stages.reduce((a, b) => a + b, 0) <= MAX_CONVOLUTIONS, `can hold at most ${MAX_CONVOLUTIONS} convolutions together`),
  /** Channels of the first stage. */
  width: int(2, 128),
  /** Stride of the first convolution. */
  stride: int(1, 2),
  norm: z.enum(['batch', 'none']),
  init: weightInit,
  tap: tapPlace,
});

const convnextSchema = z.strictObject({
  family: z.literal('convnext'),
  /** Blocks per stage; every stage after the first halves the resolution and doubles the channels. */
  stages: z.array(int(1, 8)).min(1).max(4),
  /** Channels of the first stage. */
  width: int(4, 256),
  /** Size and stride of the first convolution, which cuts the image into patches. */
  patch: int(1, 8),
  /** Size of the depth-wise convolutions. */
  kernel: z.union([z.literal(3), z.literal(5), z.literal(7)]),
  init: blockInit,
});

const vitSchema = z.strictObject({
  family: z.literal('vit'),
  /** Side of a patch; divides that of the image. */
  patch: int(1, 16),
  layers: int(1, 12),
  /** Of the residual stream; a multiple of `heads`. */
  width: int(4, 512),
  heads: int(1, 16),
  /** Units of the MLP in each block. */
  ffn: int(4, 4096),
  /** What the head reads: a token of its own that attends to the patches, or the mean over the patches. */
  pooling: z.enum(['class', 'mean']),
  init: blockInit,
});

const rnnSchema = z.strictObject({
  family: z.literal('rnn'),
  /** 'tanh' and 'relu' are vanilla RNNs. */
  cell: z.enum(['tanh', 'relu', 'gru', 'lstm']),
  layers: int(1, 6),
  /** Hidden units of every layer, and width of the embedding. */
  width: int(4, 1024),
  /**
   * default: PyTorch's U(±1/√width). orthogonal: orthogonal hidden weights, Glorot input weights, zero biases.
   * good: the same with input weights × 0.1. identity: identity hidden weights (Le et al. 2015). mimetic: the default, but
   * that the first layer's input weights have a mean.
   */
  init: z.enum(['default', 'orthogonal', 'good', 'identity', 'mimetic']),
  /**
   * Each layer starts from the final state of the one below, as in the official code, instead of from zero. Not
   * causal: early positions of upper layers then depend on the whole sequence.
   */
  chained: z.boolean(),
});

const transformerSchema = z.strictObject({
  family: z.literal('transformer'),
  layers: int(1, 12),
  /** Of the residual stream; a multiple of `heads`. */
  width: int(4, 512),
  heads: int(1, 16),
  /** Units of the MLP in each block. */
  ffn: int(4, 4096),
  /** A position sees itself and those before it only. */
  causal: z.boolean(),
  positions: z.enum(['sinusoidal', 'learned']),
  norm: z.enum(['pre', 'post']),
  activation: z.enum(['relu', 'gelu']),
  /** What is read where a task has one label a sequence: the mean over the tokens, or the last token. */
  pooling: z.enum(['mean', 'last']),
  init: blockInit,
});

/** A network of the user's own, in text form (docs/networks.md). */
const customSchema = z.strictObject({
  family: z.literal('custom'),
  /** One line a layer. What it says must fit the task (`custom/plan.ts`). */
  text: z.string().min(1).max(MAX_TEXT),
  init: z.enum(['default', 'he']),
  /** Read the outputs of weighted layers, or what the normalisation and the nonlinearity behind them make of these. */
  tap: tapPlace,
});

export const networkSchema = z.discriminatedUnion('family', [
  fcnSchema,
  resnetSchema,
  convnetSchema,
  convnextSchema,
  vitSchema,
  rnnSchema,
  transformerSchema,
  customSchema,
]);

/** Initialisations that an arm may name; which of them suit depends on the target's family. */
export const initSchema = z.enum(['default', 'he', 'xavier', 'orthogonal', 'good', 'identity', 'mimetic']);

/** Initialisations of each family. */
export const INITS = {
  fcn: fcnSchema.shape.init.options,
  resnet: resnetSchema.shape.init.options,
  convnet: convnetSchema.shape.init.options,
  convnext: convnextSchema.shape.init.options,
  vit: vitSchema.shape.init.options,
  rnn: rnnSchema.shape.init.options,
  transformer: transformerSchema.shape.init.options,
  custom: customSchema.shape.init.options,
} as const satisfies Record<NetworkSpec['family'], readonly string[]>;

export type NetworkSpec = z.infer<typeof networkSchema>;
export type FcnSpec = Extract<NetworkSpec, { family: 'fcn' }>;
export type ResNetSpec = Extract<NetworkSpec, { family: 'resnet' }>;
export type ConvNetSpec = Extract<NetworkSpec, { family: 'convnet' }>;
export type ConvNextSpec = Extract<NetworkSpec, { family: 'convnext' }>;
export type VitSpec = Extract<NetworkSpec, { family: 'vit' }>;
export type RnnSpec = Extract<NetworkSpec, { family: 'rnn' }>;
export type TransformerSpec = Extract<NetworkSpec, { family: 'transformer' }>;
export type CustomSpec = Extract<NetworkSpec, { family: 'custom' }>;
export type InitName = z.infer<typeof initSchema>;

/** The same network with another initialisation. The experiment's checks have made sure that the family has it. */
export const withInit = (network: NetworkSpec, init: InitName): NetworkSpec => ({ ...network, init }) as NetworkSpec;
