/** From a network spec to its program. One file per family. */
import type { TaskShape } from '../../experiment/describe.ts';
import type { NetworkSpec } from '../../experiment/schema.ts';
import { fcn } from './fcn.ts';
import type { NetworkProgram } from './program.ts';
import { resnet } from './resnet.ts';

export function buildNetwork(spec: NetworkSpec, task: TaskShape): NetworkProgram {
  return spec.family === 'fcn' ? fcn(spec, task) : resnet(spec, task);
}
