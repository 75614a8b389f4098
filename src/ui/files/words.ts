/** Kept files in words. */
import type { AssetInfo } from '@/experiment/schema/assets.ts';
import { count, plural } from '@/ui/words.ts';

/** "50,000 + 10,000 images, 32×32, 10 classes" */
export function assetSummary({ facts }: AssetInfo): string {
  switch (facts.kind) {
    case 'images':
      return [
        `${plural(facts.train, 'training image')}, ${plural(facts.val, 'for validation', 'for validation')}`,
        `${facts.height}×${facts.width}`,
        plural(facts.classes.length, 'class', 'classes'),
      ].join(' · ');
    case 'text':
      return `${count(facts.characters)} characters, ${count(facts.words)} words`;
    case 'weights':
      return `the weights of a network: ${plural(facts.tensors, 'tensor')}, ${count(facts.values)} values`;
    case 'model':
      return `a network of ${plural(facts.layers.length, 'layer')}, ${count(facts.parameters)} parameters`;
  }
}
