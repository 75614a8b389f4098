/** How long, at which layers and by which measure to guide, and what goes on inside. */
import type { Claim } from '../../cli/evidence/view.ts';

const NO_RUN = 'not tried here' as const;

export const HOW_AND_WHY: readonly Claim[] = [
  {
    id: 'stops-overfitting',
    claim: 'Guidance stops overfitting: the validation loss no longer rises while the training loss falls.',
    where: 'Figure 2',
    source: 'paper',
    task: 'images',
    paper: 'Curves without printed values, for every experiment.',
    ours: [
      { run: 'wide-fcn', arms: ['unguided', 'guided'], compare: [{ arm: 'guided', against: 'unguided', expected: 'better', of: 'loss' }] },
      { run: 'deep-fcn', arms: ['unguided', 'guided'], compare: [{ arm: 'guided', against: 'unguided', expected: 'better', of: 'loss' }] },
      {
        run: 'lm-short-3600',
        arms: ['unguided', 'guided-untrained'],
        compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better', of: 'loss' }],
      },
    ],
    verdict: 'partly',
    why: 'On images it slows overfitting far down and does not end it. Wide FCN: validation loss {wide-fcn: unguided loss} at the end against a lowest of {wide-fcn: unguided lowest} unguided, {wide-fcn: guided loss} against {wide-fcn: guided lowest} guided. In the small language, with three times the steps, the untrained guide does the opposite, by little: a lower training perplexity ({lm-short-3600: guided-untrained train} against {lm-short-3600: unguided train}) and a higher one in validation ({lm-short-3600: guided-untrained} against {lm-short-3600: unguided}).',
  },
  {
    id: 'ahead-throughout',
    claim: 'Guided networks are ahead of unguided ones through the whole of training, not only at its end.',
    where: 'Figure 11',
    source: 'paper',
    task: 'method',
    paper: 'Curves of test accuracy and perplexity by epoch, without printed values.',
    ours: [
      { run: 'wide-fcn', arms: ['unguided', 'guided'], compare: [{ arm: 'guided', against: 'unguided', expected: 'better', of: 'best' }] },
      { run: 'deep-fcn', arms: ['unguided', 'guided'], compare: [{ arm: 'guided', against: 'unguided', expected: 'better', of: 'best' }] },
      {
        run: 'first-token',
        arms: ['unguided', 'guided-untrained'],
        compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better', of: 'best' }],
      },
      {
        run: 'lm-short-3600',
        arms: ['unguided', 'guided-untrained'],
        compare: [{ arm: 'guided-untrained', against: 'unguided', expected: 'better' }],
      },
    ],
    verdict: 'partly',
    why: 'Where guidance helps, nearly throughout, as the small curves show; in the small language, with three times the steps, unguided overtakes the network with the untrained guide and ends at {lm-short-3600: unguided}, guided at {lm-short-3600: guided-untrained}. The first three runs are compared by the best score of the run, which no choice of the last step can favour but which does not show the whole of it.',
  },
  {
    id: 'noise-300-steps',
    claim: '300 steps of alignment on noise are enough: trained without any guide afterwards, the network no longer overfits.',
    where: 'Figure 4, section 5, “Network Initialization”',
    source: 'paper',
    task: 'images',
    paper: 'Curves without printed values: “stops overfitting entirely”. Which noise, which learning rate and which accuracy are not stated.',
    ours: [
      {
        run: 'warm-start-images',
        arms: ['unguided', 'unguided-best', 'warm-smooth', 'warm-white', 'warm-trained'],
        compare: [
          { arm: 'warm-smooth', against: 'unguided-best', expected: 'better' },
          { arm: 'warm-white', against: 'unguided', expected: 'better' },
        ],
      },
      { run: 'warm-start-images-longer', arms: ['unguided', 'unguided-best'], compare: [] },
      {
        run: 'warm-start-recall',
        arms: ['unguided', 'unguided-best', 'warm-random', 'warm-trained', 'pretrained', 'guided-untrained'],
        compare: [
          { arm: 'warm-random', against: 'unguided', expected: 'better' },
          { arm: 'warm-random', against: 'unguided-best', expected: 'better' },
          { arm: 'pretrained', against: 'unguided', expected: 'level' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'With 200 steps on smooth noise a network of twenty-four layers is further on in as many steps of the task ({warm-start-images: warm-smooth} against {warm-start-images: unguided-best}); on white noise it is not ({warm-start-images: warm-white}). With the steps of the warm-up spent on the task the unguided network reaches {warm-start-images-longer: unguided-best}. Overfitting does not come up: in 300 steps nobody gets that far. On recall 200 steps of alignment on random tokens, by a guide without training, are enough for {warm-start-recall: warm-random ±} (unguided {warm-start-recall: unguided}, at its own best rate {warm-start-recall: unguided-best ±}, with the steps of the warm-up on top {warm-start-recall-longer: unguided-best ±}); as many steps of adding numbers give nothing ({warm-start-recall: pretrained}).',
  },
  {
    id: 'guidance-is-brief',
    claim: 'Guidance is needed for the first steps only: switched off early, its gain stays.',
    where: 'First version of the paper and project page: 150 steps; the published code: 300',
    source: 'paper',
    task: 'method',
    paper:
      'Read off a curve of the first version: validation loss stays near 5.75 (trained guide) and 6.1 (untrained), where the unguided one climbs to 8 or 9.',
    ours: [
      {
        run: 'brief-images',
        arms: ['unguided', 'guided-25', 'guided-100', 'guided'],
        compare: [
          { arm: 'guided-100', against: 'unguided', expected: 'better' },
          { arm: 'guided-100', against: 'guided', expected: 'level' },
        ],
      },
      {
        run: 'brief-recall',
        arms: ['unguided', 'unguided-best', 'guided-25', 'guided-100', 'guided-untrained'],
        compare: [
          { arm: 'guided-100', against: 'unguided', expected: 'better' },
          { arm: 'guided-100', against: 'guided-untrained', expected: 'level' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'On images most of the gain stays, not all of it: guided for the first 100 of 250 steps the wide network ends at {brief-images: guided-100}, guided throughout at {brief-images: guided} ({brief-images: guided-100 vs guided} points, {brief-images: guided-100 vs guided ci}), for 25 steps at {brief-images: guided-25}. Its validation loss rises from {brief-images: guided-100 lowest} to {brief-images: guided-100 loss}, more than under full guidance ({brief-images: guided lowest} to {brief-images: guided loss}). On recall 100 of 500 steps with an untrained guide do as well within noise ({brief-recall: guided-100 ±}, throughout {brief-recall: guided-untrained ±}); 25 do not ({brief-recall: guided-25 ±}).',
  },
  {
    id: 'sparse-alignment',
    claim: 'It is enough to align outputs, gradients or statistics now and then, or to copy parameters with noise.',
    where: 'Not in the paper; articles about “brief network alignment”',
    source: 'articles',
    task: 'method',
    paper: 'Says nothing of it: it aligns layers, in every step.',
    ours: [
      {
        run: 'wide-fcn-brief',
        arms: ['unguided', 'guided', 'guided-sparse'],
        compare: [
          { arm: 'guided-sparse', against: 'unguided', expected: 'better' },
          { arm: 'guided-sparse', against: 'guided', expected: 'level' },
        ],
      },
    ],
    verdict: 'does not reproduce',
    why: 'That is for alignment every few steps; the rest is not tried. In every fifth step it gains {wide-fcn-brief: guided-sparse vs unguided} points, in every step {wide-fcn-brief: guided vs unguided}: far from enough, though the pull per run is a fifth as well.',
  },
  {
    id: 'noise-input',
    claim: 'A guide that is shown noise instead of the images still prevents overfitting, if less well.',
    where: 'Figure 6, appendix D',
    source: 'paper',
    task: 'images',
    paper: 'Curves without printed values: higher loss than with real images, lower accuracy.',
    ours: [
      {
        run: 'deep-fcn-noise',
        arms: ['unguided', 'guided-untrained'],
        compare: [
          { arm: 'guided-untrained', against: 'unguided', expected: 'better', of: 'loss' },
          { arm: 'guided-untrained', against: 'unguided', expected: 'better' },
        ],
      },
      { run: 'deep-fcn', arms: ['unguided', 'guided-untrained'], compare: [] },
    ],
    verdict: 'partly',
    why: 'It helps, and overfitting all but ends (validation loss {deep-fcn-noise: guided-untrained loss} at the end, {deep-fcn-noise: guided-untrained lowest} at its lowest). It helps more than the same guide does when it is shown the images, where the network ends at {deep-fcn: guided-untrained}; in the paper it is the other way round. Layers that are shown noise say little more than that all examples differ. That fits spreading features out; not tested here.',
  },
  {
    id: 'first-five-layers',
    claim: 'For a deep fully connected network the early layers matter: guiding the first five alone beats guiding all.',
    where: 'Table 5',
    source: 'paper',
    task: 'images',
    paper:
      'CIFAR-10: 60.58 % alone; all layers 70.15, first 65.11, first two 73.34, first five 79.58, first ten 79.22, last 67.18, last two 68.03, last five 67.50, last ten 69.31 %.',
    ours: [
      {
        run: 'which-layers-images',
        arms: ['unguided', 'guided', 'first-1', 'first-2', 'first-5', 'last-1', 'last-2', 'last-5'],
        compare: [
          { arm: 'first-5', against: 'guided', expected: 'better' },
          { arm: 'first-5', against: 'last-5', expected: 'better' },
        ],
      },
      {
        run: 'deep-fcn-layers',
        arms: ['unguided', 'guided', 'guided-first', 'guided-last'],
        compare: [
          { arm: 'guided-first', against: 'guided', expected: 'better' },
          { arm: 'guided-first', against: 'guided-last', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'Early above late: with a trained guide, since the untrained one does not help here, the first five pairs gain {which-layers-images: first-5 vs unguided} points, the last five {which-layers-images: last-5 vs unguided}, and the first two ({which-layers-images: first-2 vs unguided}) more than the last five. Whether early layers alone beat all ({which-layers-images: guided vs unguided}) hangs on how many: the first four do ({deep-fcn-layers: guided-first vs guided}, {deep-fcn-layers: guided-first vs guided ci}), the first five not beyond noise ({which-layers-images: first-5 vs guided}, {which-layers-images: first-5 vs guided ci}).',
  },
  {
    id: 'several-guide-layers',
    claim: 'Letting several layers of the guide speak to one layer of the target is worse for the fully connected network, and better for the RNN.',
    where: 'Tables 5 and 6',
    source: 'paper',
    task: 'method',
    paper:
      'Deep FCN on CIFAR-10: 68.14 % against 70.15. Copying RNN: 42.56 % against 36.11 with one guide layer each. In the published code the last of several overwrites the others.',
    ours: [
      {
        run: 'wide-fcn-several',
        arms: ['unguided', 'guided', 'guided-several'],
        compare: [{ arm: 'guided-several', against: 'guided', expected: 'worse' }],
      },
      {
        run: 'first-token-several',
        arms: ['unguided', 'unguided-best', 'guided-untrained', 'guided-several'],
        compare: [{ arm: 'guided-several', against: 'guided-untrained', expected: 'better' }],
      },
    ],
    verdict: 'does not reproduce',
    why: 'Neither is seen beyond noise. Wide FCN, all layers of the ResNet shared out among its few: {wide-fcn-several: guided-several}, one each {wide-fcn-several: guided} ({wide-fcn-several: guided-several vs guided} points, {wide-fcn-several: guided-several vs guided ci}). Recall, all layers of the Transformer shared out among those of the RNN: {first-token-several: guided-several ±}, one each {first-token-several: guided-untrained ±} ({first-token-several: guided-several vs guided-untrained}, {first-token-several: guided-several vs guided-untrained ci}). Each pair has the weight that it has alone, so several pull more in all.',
  },
  {
    id: 'late-layers-rnn',
    claim: 'For an RNN the late layers matter.',
    where: 'Table 6',
    source: 'paper',
    task: 'copying',
    paper: '14.35 % alone; all 42.56, last 38.19, last two 41.55, last three 42.33, first 27.59, first two 28.15, first three 33.93 %.',
    ours: [
      {
        run: 'which-layers-recall',
        arms: ['unguided', 'unguided-best', 'guided-untrained', 'first-1', 'first-2', 'last-1', 'last-2'],
        compare: [
          { arm: 'last-1', against: 'first-1', expected: 'better' },
          { arm: 'last-1', against: 'guided-untrained', expected: 'level' },
        ],
      },
    ],
    verdict: 'reproduces',
    why: 'On recall of the first symbol, with the four recurrent layers that it takes: guided at the last layer alone the network ends at {which-layers-recall: last-1 ±}, at the first alone at {which-layers-recall: first-1 ±} ({which-layers-recall: last-1 vs first-1} points, {which-layers-recall: last-1 vs first-1 ci}), at all at {which-layers-recall: guided-untrained ±}. The published copying task was not run at single layers.',
  },
  {
    id: 'other-measures',
    claim: 'Other measures of similarity guide as well as CKA or better.',
    where: 'Appendix J, figures 17 and 18',
    source: 'paper',
    task: 'images',
    paper: 'Deep FCN on ImageNet, trained and untrained guide: CKA 7.50 and 13.10, RSA 11.02 and 11.74, ridge 9.46 and 15.69 %.',
    ours: [
      {
        run: 'deep-fcn-rsa',
        arms: ['unguided', 'guided', 'guided-rsa'],
        compare: [
          { arm: 'guided-rsa', against: 'unguided', expected: 'better' },
          { arm: 'guided-rsa', against: 'guided', expected: 'better' },
        ],
      },
      {
        run: 'which-measure-images',
        arms: ['unguided', 'guided', 'guided-debiased', 'guided-rbf', 'guided-rsa', 'guided-ridge', 'guided-cca', 'guided-soft-knn'],
        compare: [
          { arm: 'guided-rsa', against: 'guided', expected: 'better' },
          { arm: 'guided-ridge', against: 'guided', expected: 'better' },
        ],
      },
      {
        run: 'which-measure-recall',
        arms: ['unguided', 'guided-untrained', 'guided-debiased', 'guided-rbf', 'guided-rsa', 'guided-ridge', 'guided-cca', 'guided-soft-knn'],
        compare: [
          { arm: 'guided-rsa', against: 'guided-untrained', expected: 'better' },
          { arm: 'guided-ridge', against: 'guided-untrained', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'With a trained guide several do as well, none better; with an untrained one ridge regression and CCA do more. Wide FCN: CKA {which-measure-images: guided}, debiased {which-measure-images: guided-debiased}, RBF {which-measure-images: guided-rbf}, RSA {which-measure-images: guided-rsa}, soft neighbours {which-measure-images: guided-soft-knn}; ridge regression {which-measure-images: guided-ridge} and CCA {which-measure-images: guided-cca} do far less. In the deep one RSA gains {deep-fcn-rsa: guided-rsa vs unguided} points and CKA more ({deep-fcn-rsa: guided vs unguided}; RSA minus CKA {deep-fcn-rsa: guided-rsa vs guided ci}). With an untrained guide, on recall: CKA {which-measure-recall: guided-untrained ±}, debiased {which-measure-recall: guided-debiased ±}, RBF {which-measure-recall: guided-rbf ±}, RSA {which-measure-recall: guided-rsa ±}, ridge regression {which-measure-recall: guided-ridge ±}, CCA {which-measure-recall: guided-cca ±}, soft neighbours {which-measure-recall: guided-soft-knn ±}. All that at the weight that was chosen for CKA.',
  },
  {
    id: 'alignment-falls',
    claim: 'The guided network comes to look like its guide: the sum of 1 − CKA falls over training.',
    where: 'Figures 7 and 8',
    source: 'paper',
    task: 'method',
    paper: 'Curves; by their axes at most 4 when copying, 0.7 to 1.1 for parity, 0.5 to 2.5 for the Wide and about 2 to 16 for the Deep FCN.',
    ours: [
      { run: 'wide-fcn', arms: ['unguided', 'guided'], compare: [] },
      { run: 'first-token', arms: ['unguided', 'guided-untrained'], compare: [] },
    ],
    verdict: 'reproduces',
    why: 'Mean CKA with the guide, start to end. Wide FCN: {wide-fcn: guided cka trained start} → {wide-fcn: guided cka trained} guided, {wide-fcn: unguided cka trained start} → {wide-fcn: unguided cka trained} unguided. First token: {first-token: guided-untrained cka untrained start} → {first-token: guided-untrained cka untrained} guided, {first-token: unguided cka untrained start} → {first-token: unguided cka untrained} unguided. Looking alike is not enough, though: without normalisation a network at chance can have a CKA of {scale-trap: guided-untrained cka untrained} (the scale trap).',
  },
  {
    id: 'layers-come-closer',
    claim: 'Single layers come closer to the layers that guide them, early and late ones.',
    where: 'Figure 9',
    source: 'paper',
    task: 'images',
    paper: 'Deep FCN, 1 − CKA of block 15 from 0.74 to 0.62, of block 43 from 0.76 to 0.69.',
    ours: [{ run: 'deep-fcn', arms: ['unguided', 'guided', 'guided-untrained'], compare: [] }],
    verdict: 'reproduces',
    why: 'Eight layers here: {deep-fcn: guided risen trained} pairs (over seeds) are closer at the end with the trained guide, {deep-fcn: guided-untrained risen untrained} with the untrained one. Unguided, {deep-fcn: unguided risen trained} come closer to the trained guide by themselves, {deep-fcn: unguided risen untrained} to the untrained one.',
  },
  {
    id: 'error-consistency',
    claim: 'Networks guided by different guides make the same mistakes, as the guides themselves do.',
    where: 'Figures 3 and 13, appendix F',
    source: 'paper',
    task: 'images',
    paper:
      'Error consistency of two Deep FCNs, guided by a ResNet-18 and by a ViT: 0.49 (the guides with each other: 0.53; unguided with guided: 0.036 and 0.039; two distilled ones: 0.26).',
    ours: [],
    verdict: NO_RUN,
    why: 'Error consistency between arms is not computed yet, and no run has two kinds of guide.',
  },
  {
    id: 'intrinsic-dimension',
    claim: 'An untrained guide keeps the intrinsic dimension of the layers from collapsing early.',
    where: 'Figure 14, appendix I',
    source: 'paper',
    task: 'images',
    paper: 'Curves at the start, after 300 steps and at the end, without printed values; the threshold of the estimate is not stated.',
    ours: [],
    verdict: NO_RUN,
    why: 'The dimension of layers is not recorded yet.',
  },
  {
    id: 'dimension-regulariser',
    claim: 'Keeping the dimension up without any guide does as well.',
    where: 'Figure 15, appendix I',
    source: 'paper',
    task: 'images',
    paper: 'Deep FCN on ImageNet: 14.65 % with the regulariser alone, 13.10 % with the untrained guide.',
    ours: [
      {
        run: 'deep-fcn-dimension',
        arms: ['unguided', 'guided-untrained', 'regularised-dimension', 'regularised-ratio'],
        compare: [
          { arm: 'regularised-dimension', against: 'unguided', expected: 'better' },
          { arm: 'regularised-dimension', against: 'guided-untrained', expected: 'better' },
        ],
      },
    ],
    verdict: 'partly',
    why: 'It helps without any guide: eight layers on textures end at {deep-fcn-dimension: regularised-dimension ±} with the paper’s regulariser of intrinsic dimension ({deep-fcn-dimension: regularised-dimension vs unguided} points on the unguided network, {deep-fcn-dimension: regularised-dimension vs unguided ci}), and with the simpler participation ratio at {deep-fcn-dimension: regularised-ratio ±}. That is more than with the untrained guide, which harms here ({deep-fcn-dimension: guided-untrained}), and less than with a trained one ({deep-fcn: guided}). Three constants of the regulariser, which the paper does not print, are ours; one weight was tried.',
  },
  {
    id: 'linear-decoding',
    claim: 'The layers of an untrained ResNet hold next to nothing about the classes.',
    where: 'Figure 16, appendix I',
    source: 'paper',
    task: 'images',
    paper: 'Linear probes on the layers of an untrained ResNet-18 never above 0.8 % (chance 0.1 %).',
    ours: [],
    verdict: NO_RUN,
    why: 'Linear probes are not there yet; the untrained guide’s own output is at chance ({wide-fcn: guide untrained}, chance {wide-fcn: chance}).',
  },
];
