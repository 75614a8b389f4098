/** Residual network of basic or bottleneck blocks (He et al. 2016): 3×3 stem, stages of blocks, average pool, linear head. */
import { type ImageShape, type ResNetBlock, resnetConvs, resnetPlan } from '../../experiment/networks/describe.ts';
import type { ResNetSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import { type ConvStyle, convolutionalParameters, convolutionalStatistics, convUnit, type Images, poolAndClassify } from './convolutional.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';

export function resnet(spec: ResNetSpec, task: ImageShape): NetworkProgram {
  const plan = resnetPlan(spec, task);
  const convs = resnetConvs(plan);
  const style: ConvStyle = { norm: 'batch', init: spec.init, tap: spec.tap };
  const post = spec.tap === 'post';

  const residual = (context: ForwardContext, { convs: path, proj }: ResNetBlock, x: Images): Images => {
    let y = x;
    path.forEach((conv, i) => {
      const last = i === path.length - 1;
      y = convUnit(context, conv, y, !last, style);
      if (post && !last) context.tap(conv.name, y);
    });
    const skip = proj ? convUnit(context, proj, x, false, style) : x;
    const out = ops.relu(context.tape, ops.add(context.tape, y, skip));
    if (post) {
      context.tap(path[path.length - 1].name, out);
      if (proj) context.tap(proj.name, skip);
    }
    return out;
  };

  return {
    parameters: convolutionalParameters(convs, plan.features, task.classes, style),
    statistics: convolutionalStatistics(convs, 'batch'),
    forward(context, images) {
      let x = convUnit(context, plan.stem, images as Images, true, style);
      if (post) context.tap('stem', x);
      for (const block of plan.blocks) x = residual(context, block, x);
      return poolAndClassify(context, x);
    },
  };
}
