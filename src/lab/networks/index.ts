/** From a network spec to its program. One file per family. */
import type { TaskShape } from '../../experiment/networks/describe.ts';
import type { NetworkSpec } from '../../experiment/schema/schema.ts';
import { convnet } from './convnet.ts';
import { convnext } from './convnext.ts';
import { custom } from './custom.ts';
import { fcn } from './fcn.ts';
import { withMimeticWeights } from './mimetic.ts';
import type { NetworkProgram } from './program.ts';
import { resnet } from './resnet.ts';
import { rnn } from './rnn.ts';
import { transformer } from './transformer.ts';
import { vit } from './vit.ts';

/** @throws {Error} when the network cannot read what the task gives (an experiment that was parsed has no such network) */
export function buildNetwork(spec: NetworkSpec, task: TaskShape): NetworkProgram {
  const program = programOf(spec, task);
  return spec.init === 'mimetic' ? withMimeticWeights(program, spec, task) : program;
}

function programOf(spec: NetworkSpec, task: TaskShape): NetworkProgram {
  if (spec.family === 'custom') return custom(spec, task);
  if (spec.family === 'rnn' || spec.family === 'transformer') {
    if (!task.tokens) throw new Error(`${spec.family} reads tokens, the task gives images`);
    return spec.family === 'rnn' ? rnn(spec, task) : transformer(spec, task);
  }
  if (task.tokens) throw new Error(`${spec.family} reads images, the task gives tokens`);
  switch (spec.family) {
    case 'fcn':
      return fcn(spec, task);
    case 'resnet':
      return resnet(spec, task);
    case 'convnet':
      return convnet(spec, task);
    case 'convnext':
      return convnext(spec, task);
    case 'vit':
      return vit(spec, task);
  }
}
