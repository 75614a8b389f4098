import { cifar } from './cifar.ts';
import { foreignKinds } from './foreignKinds.ts';
import { idx } from './idx.ts';
import { layersModel } from './layersModel.ts';
import { pictureReader } from './pictures.ts';
import { plainText } from './text.ts';
import { safetensors } from './safetensors.ts';
import type { Reader } from './reader.ts';

/** Every format that can be taken in; the first that recognises the files reads them. CIFAR goes by name and size: its first bytes can be anything. */
export const READERS: readonly Reader[] = [layersModel, cifar, idx, pictureReader(), safetensors, foreignKinds, plainText];
