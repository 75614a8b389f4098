/** What must a guide be? Trained or not, its structure, and whether distillation would do as well. */
import type { Claim } from '../../cli/evidence/view.ts';

export const WHICH_GUIDE: readonly Claim[] = [
  {
    id: 'untrained-guides-suffice',
    claim: 'A guide that was never trained is enough: what helps is its architecture, not what it knows.',
    where: 'Tables 2 and 3; articles about the paper',
    source: 'articles',
    task: 'method',
    paper:
      'Copying 14.35 → 42.56 %, Deep FCN 1.65 → 13.10 %, Wide FCN 34.09 → 39.47 % with untrained guides, themselves at chance; no gain for the Deep ConvNet and parity.',
    ours: [
      {
        run: 'first-token',
        arms: ['unguided', 'unguided-best', 'guided-untrained', 'guided'],
        compare: [{ arm: 'guided-untrained', against: 'unguided-best', expected: 'better' }],
      },
      { run: 'wide-fcn', arms: ['unguided', 'guided-untrained', 'guided'], compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better' }] },
      { run: 'shapes', arms: ['unguided', 'guided-untrained', 'guided'], compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better' }] },
    ],
    verdict: 'partly',
    why: 'Enough for an RNN that has to remember (so it is for copying, see there), with a Transformer that scores {first-token: guide untrained} itself (chance {first-token: chance}). That its architecture is what helps is not shown: an identity or a good initialisation does as well ({is-it-the-guide: guided-identity}, {is-it-the-guide: unguided-good-init}). Against the unguided network’s own best rate it is sooner {first-token: guided-untrained vs unguided-best sooner}; by final score, adjusted for all comparisons of the run, within noise (the interval here is unadjusted). At that rate for both it leaves chance sooner {first-token-fast: guided-untrained vs unguided sooner} and ends no higher beyond noise ({first-token-fast: guided-untrained vs unguided ci}). Not enough on textures, shapes and photographs: there only trained guides help (see also the guide that is shown noise).',
  },
  {
    id: 'wide-fcn-untrained',
    claim: 'An untrained ResNet helps a wide fully connected network.',
    where: 'Table 3, Wide FCN',
    source: 'paper',
    task: 'images',
    paper: '34.09 ± 0.91 % alone, 39.47 ± 0.31 % guided by the untrained ResNet-18.',
    ours: [{ run: 'wide-fcn', arms: ['unguided', 'guided-untrained'], compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better' }] }],
    verdict: 'does not reproduce',
    why: 'Lower {wide-fcn: unguided vs guided-untrained in} ({wide-fcn: guided-untrained vs unguided} points, {wide-fcn: guided-untrained vs unguided ci}).',
  },
  {
    id: 'deep-fcn-untrained',
    claim: 'For a deep fully connected network an untrained ResNet is even the better guide.',
    where: 'Table 3, Deep FCN',
    source: 'paper',
    task: 'images',
    paper: '1.65 ± 1.21 % alone, 7.50 ± 1.51 % guided by the trained, 13.10 ± 0.72 % by the untrained ResNet-18.',
    ours: [
      {
        run: 'deep-fcn',
        arms: ['unguided', 'guided-untrained', 'guided'],
        compare: [
          { arm: 'guided-untrained', against: 'unguided', expected: 'better' },
          { arm: 'guided-untrained', against: 'guided', expected: 'better' },
        ],
      },
    ],
    verdict: 'does not reproduce',
    why: 'With the untrained guide it ends lower {deep-fcn: unguided vs guided-untrained in} ({deep-fcn: guided-untrained vs unguided} points), and the trained one is far ahead. The untrained one has a quarter of its weight; other weights are not kept.',
  },
  {
    id: 'convnet-untrained',
    claim: 'For a deep convolutional network only a trained guide helps; an untrained one is neutral.',
    where: 'Table 3, Deep ConvNet',
    source: 'paper',
    task: 'images',
    paper: '70.02 ± 1.52 % alone, 68.17 ± 2.54 % guided by an untrained ResNet-50.',
    ours: [
      { run: 'deep-convnet', arms: ['unguided', 'guided-untrained', 'guided'], compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'level' }] },
    ],
    verdict: 'does not reproduce',
    why: 'Lower {deep-convnet: unguided vs guided-untrained in} with the untrained guide ({deep-convnet: guided-untrained vs unguided} points); the trained one does not help beyond noise.',
  },
  {
    id: 'is-it-the-guide',
    claim: 'What is transferred is the guide’s own view of the examples.',
    where: 'Its interpretation of Tables 2 and 3',
    source: 'paper',
    task: 'copying',
    paper: 'Prints no number: it has no control whose examples are shuffled, and none that only spreads the features out.',
    ours: [
      {
        run: 'is-it-the-guide',
        arms: ['unguided', 'guided-untrained', 'guided-shuffled', 'guided-debiased', 'shuffled-debiased', 'guided-identity', 'unguided-good-init'],
        compare: [
          { arm: 'guided-debiased', against: 'shuffled-debiased', expected: 'better' },
          { arm: 'guided-untrained', against: 'guided-identity', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'Debiased, the guide is ahead of its shuffled twin {is-it-the-guide: guided-debiased vs shuffled-debiased in}, and the twin stays at chance. With the paper’s biased CKA an identity, which knows nothing of the examples, is higher than the guide {is-it-the-guide: guided-identity vs guided-untrained in}, and from the shuffled guide it is learnt {is-it-the-guide: guided-shuffled learnt} ({is-it-the-guide: guided-shuffled seeds}). Why is not measured.',
  },
  {
    id: 'good-initialisation',
    claim: 'So there is a better initialisation, which guidance finds; once known, no guide is needed.',
    where: 'Section 5, “Network Initialization”',
    source: 'paper',
    task: 'copying',
    paper: 'Prints no number: curves of a network that was aligned for 300 steps on noise and then trained without a guide.',
    ours: [
      {
        run: 'first-token',
        arms: ['unguided', 'guided-untrained', 'unguided-good-init'],
        compare: [{ arm: 'unguided-good-init', against: 'unguided', expected: 'better' }],
      },
      {
        run: 'lm-short',
        arms: ['unguided', 'guided-untrained', 'unguided-good-init'],
        compare: [{ arm: 'unguided-good-init', against: 'unguided', expected: 'better' }],
      },
      {
        run: 'rivals',
        arms: ['unguided', 'guided-untrained', 'guided-identity', 'unguided-good-init', 'unguided-mimetic', 'pretrained'],
        compare: [
          { arm: 'unguided-good-init', against: 'unguided', expected: 'better' },
          { arm: 'unguided-mimetic', against: 'unguided', expected: 'better' },
          { arm: 'pretrained', against: 'unguided', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'That guidance finds one is not tried. A known one, identity-like recurrent weights, solves recall and the copying of twenty symbols ({copy-paste: unguided-good-init}), not the published copying ({rivals: unguided-good-init}; {rivals: unguided-good-init vs unguided} points, within noise) nor the language. Nor does a mimetic one help there ({rivals: unguided-mimetic ±}), or one that brackets were learnt with ({rivals: pretrained ±}; unguided {rivals: unguided ±}).',
  },
  {
    id: 'guidance-beats-distillation',
    claim: 'Guidance is better than distillation from the same network.',
    where: 'Figure 5, appendix H',
    source: 'paper',
    task: 'method',
    paper: 'Bars without printed values: guidance ahead in all settings.',
    ours: [
      { run: 'wide-fcn', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'deep-fcn', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'shapes', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'first-token', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'lm-short', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'cifar', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      { run: 'deep-convnet', arms: ['guided', 'distilled'], compare: [{ arm: 'guided', against: 'distilled', expected: 'better' }] },
      {
        run: 'distil-or-guide-images',
        arms: ['guided', 'distilled', 'guided-sp', 'guided-rkd', 'guided-fitnets'],
        compare: [{ arm: 'guided', against: 'guided-fitnets', expected: 'better' }],
      },
      {
        run: 'distil-or-guide-recall',
        arms: ['guided-untrained', 'distilled-untrained', 'guided-sp', 'guided-rkd', 'guided-fitnets'],
        compare: [{ arm: 'guided-untrained', against: 'guided-fitnets', expected: 'better' }],
      },
    ],
    verdict: 'partly',
    why: 'Higher on textures (wide: {wide-fcn: guided vs distilled} points, {wide-fcn: guided vs distilled in}; deep: {deep-fcn: guided vs distilled}, {deep-fcn: guided vs distilled in}), on recall ({first-token: guided vs distilled}, {first-token: guided vs distilled in}) and, by little, on shapes ({shapes: guided vs distilled}, {shapes: guided vs distilled in}); on photographs lower ({cifar: guided vs distilled}, {cifar: distilled vs guided in}). In the small language the two, from the trained Transformer, are within noise ({lm-short: guided vs distilled}, {lm-short: guided vs distilled ci}); so they are with the deep convolutional network ({deep-convnet: guided vs distilled}, {deep-convnet: guided vs distilled ci}). One setting of distillation for images, one for sequences: others may do better. Distillation of layers does: FitNets gets most of guidance’s gain on textures ({distil-or-guide-images: guided-fitnets}, guided {distil-or-guide-images: guided}) and all of it on recall, from an untrained network ({distil-or-guide-recall: guided-fitnets ±}, guided {distil-or-guide-recall: guided-untrained ±}).',
  },
  {
    id: 'distillation-deep-fcn',
    claim: 'Distilled from a trained ResNet, a deep fully connected network gains a little and still overfits.',
    where: 'Figure 12, appendix H',
    source: 'paper',
    task: 'images',
    paper: 'Curves without printed values.',
    ours: [
      {
        run: 'deep-fcn',
        arms: ['unguided', 'distilled', 'guided'],
        compare: [
          { arm: 'distilled', against: 'unguided', expected: 'better' },
          { arm: 'distilled', against: 'unguided', expected: 'level', of: 'loss' },
          { arm: 'guided', against: 'distilled', expected: 'better' },
        ],
      },
      {
        run: 'deep-fcn-early',
        arms: ['unguided', 'distilled', 'guided'],
        compare: [
          { arm: 'distilled', against: 'unguided', expected: 'better' },
          { arm: 'distilled', against: 'unguided', expected: 'level', of: 'loss' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'It gains {deep-fcn: distilled vs unguided} points. It overfits with the overconfident teacher only: there its validation loss ends at {deep-fcn: distilled loss} (unguided {deep-fcn: unguided loss}), after a lowest of {deep-fcn: distilled lowest}, which is guessing at the start. From a teacher stopped early the loss ends near its lowest ({deep-fcn-early: distilled loss} against {deep-fcn-early: distilled lowest}).',
  },
  {
    id: 'distillation-untrained-fails',
    claim: 'Distillation from an untrained teacher fails, where guidance by it works.',
    where: 'Figures 5 and 12, appendix H',
    source: 'paper',
    task: 'method',
    paper: 'Prints no number: it “hurts on average, not significantly”.',
    ours: [
      {
        run: 'lm-short',
        arms: ['unguided', 'guided-untrained', 'distilled-untrained'],
        compare: [
          { arm: 'distilled-untrained', against: 'unguided', expected: 'worse' },
          { arm: 'guided-untrained', against: 'distilled-untrained', expected: 'better' },
        ],
      },
      {
        run: 'copy-paste',
        arms: ['unguided', 'guided-untrained', 'distilled-untrained'],
        compare: [{ arm: 'distilled-untrained', against: 'unguided', expected: 'worse' }],
      },
      {
        run: 'distil-or-guide-recall',
        arms: ['unguided', 'guided-untrained', 'distilled-untrained'],
        compare: [
          { arm: 'distilled-untrained', against: 'unguided', expected: 'worse' },
          { arm: 'guided-untrained', against: 'distilled-untrained', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'In the small language it harms clearly. Of twenty symbols to copy the distilled network ends at {copy-paste: distilled-untrained ±}, unguided at {copy-paste: unguided ±}: no difference beyond noise ({copy-paste: distilled-untrained vs unguided ci}). On recall it leaves the network at chance ({distil-or-guide-recall: distilled-untrained}), where guidance by the same network reaches {distil-or-guide-recall: guided-untrained ±}.',
  },
];
