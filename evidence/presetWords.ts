/**
 * What the page says under "Does it reproduce?" beside each preset. Our numbers are names in braces (`cli/evidence/quantities.ts` lists
 * them), filled in from the preset's result file by `npm run evidence`; those of the paper are its own.
 */
import type { Evidence } from '../src/experiment/presets/evidence.ts';

const LANGUAGE_PAPER =
  'WikiText-103, four-layer RNN of 512 units, perplexity (lower is better): unguided 69.2, guided by a trained Transformer 40.0, by an untrained one 59.6. Its published RNN sees later words; ours does not.';

export const PRESET_WORDS: Readonly<Record<string, Omit<Evidence, 'seeds'>>> = {
  'first-token': {
    outcome: 'not in the paper',
    paper: 'Has no task of recall alone. Of its copying RNN, guided by an untrained Transformer, it reports 42.6 % where unguided reaches 14.4 %.',
    here: 'In {seeds}: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}, guided by an untrained Transformer {guided-untrained ±}, by a trained one {guided ±}, distilled {distilled}. It is learnt (passed half way from chance to the best seed) {guided-untrained learnt} with the untrained guide and {unguided-best learnt} alone at that best rate ({unguided-best seeds}). Against that rate the untrained guide brings it away from chance sooner {guided-untrained vs unguided-best sooner}; final scores, adjusted for all comparisons of the run, differ within noise. A good initialisation reaches {unguided-good-init} without any guide.',
  },
  'is-it-the-guide': {
    outcome: 'not in the paper',
    paper: 'Has no shuffled guide and no identity. It measures biased CKA on batches throughout, and attributes the gain to the guide’s architecture.',
    here: 'First-token recall, unguided {unguided} (chance {chance}). Biased CKA: guide {guided-untrained}, the same guide shuffled {guided-shuffled seeds} seed by seed, an identity {guided-identity}. Debiased CKA: guide {guided-debiased}, shuffled {shuffled-debiased}. Debiased, it is learnt {guided-debiased learnt} from the guide and {shuffled-debiased learnt} from the shuffled one. A good initialisation ({unguided-good-init}) needs no guide at all.',
  },
  'copy-paste': {
    outcome: 'reproduces in part',
    paper: 'Four-layer RNNs of 768 units, 20 to 40 numbers: unguided 14.4 % (its floor), guided by a trained Transformer 23.3 %, by an untrained one 42.6 %.',
    here: 'Two layers of 64 units, twenty symbols, {seeds}: unguided {unguided ±} (chance {chance}; seed by seed {unguided seeds}), guided by an untrained Transformer {guided-untrained ±}, distilled from it {distilled-untrained ±}. A good initialisation copies {unguided-good-init} without any guide. Curves that left chance still rise: whether guidance brings speed or reach is not told apart.',
  },
  'copy-official': {
    outcome: 'reproduces in part',
    paper: 'Four-layer RNNs of 768 units, 20 to 40 numbers: unguided 14.4 % (its floor), guided by a trained Transformer 23.3 %, by an untrained one 42.6 %.',
    here: 'The published task with four layers of 64 units and five to ten numbers, {seeds}: unguided {unguided} (chance {chance}), guided by an untrained Transformer {guided-untrained} ({guided-untrained vs unguided} points, 95 % interval {guided-untrained vs unguided ci}). By debiased CKA: the guide {guided-debiased}, the same shuffled {shuffled-debiased}. An identity {guided-identity}: no difference from the guide beyond noise ({guided-untrained vs guided-identity}, {guided-untrained vs guided-identity ci}). A good initialisation {unguided-good-init}. With twenty to forty numbers, as in the paper (in {copy-official-long: seeds}; more take more memory than a browser gives): unguided {copy-official-long: unguided ±} (chance {copy-official-long: chance}), guided {copy-official-long: guided-untrained ±}, an identity {copy-official-long: guided-identity ±}.',
  },
  'what-makes-it-untrainable': {
    outcome: 'not in the paper',
    paper:
      'Chooses from the whole vocabulary, marks that are never right included, as its published code does; it has no network that chooses from the symbols alone.',
    here: 'With two classes that are never right the unguided network ends at {unguided} (chance {chance}). The same network copies {unguided-low ±} when those two start low, {guided-untrained ±} when it is guided by an untrained Transformer (more than half way from chance to the best seed {guided-untrained learnt}), and {unguided-good-init} with a good initialisation.',
  },
  parity: {
    outcome: 'not tried',
    paper: 'Transformer encoder, up to 50 bits: unguided 72.0 %, guided by a trained RNN 78.5 %, by an untrained one 70.4 %.',
    here: 'Twelve bits: unguided {unguided}, guided by a trained RNN {guided}, by an untrained one {guided-untrained}. No arm leaves chance ({chance}) by more than noise. The unguided network, which learns some of it in the paper, is at chance here, and where nothing is learnt a guide that helps cannot be told from one that does not.',
  },
  'lm-short': {
    outcome: 'reproduces in part',
    paper: LANGUAGE_PAPER,
    here: 'Perplexity: unguided {unguided}, guided by an untrained Transformer {guided-untrained}, by a trained one {guided}, distilled {distilled}; the Transformer itself {guide trained}. The gain is most visible in the returning name, guessed right {unguided right} of the time unguided, {guided-untrained right} and {guided right} guided. The untrained guide is the better one {guided-untrained vs guided in}, unlike in the paper; distillation from the trained one does not differ from it beyond noise ({guided-untrained vs distilled}, 95 % interval {guided-untrained vs distilled ci}). It is speed, not reach: with three times the steps the unguided network ({lm-short-3600: unguided}) is lower than with the untrained guide ({lm-short-3600: guided-untrained}) {lm-short-3600: unguided vs guided-untrained in}, and level with the trained one ({lm-short-3600: guided}).',
  },
  'lm-small': {
    outcome: 'not tried',
    paper: LANGUAGE_PAPER,
    here: 'Perplexity: unguided {unguided}, guided by a trained Transformer {guided} ({guided vs unguided}, 95 % interval {guided vs unguided ci}), by an untrained one {guided-untrained}, distilled {distilled}; the Transformer itself reaches {guide trained}. In so few steps nobody learns the name ({unguided right} right unguided, {guided right} guided; one in eight would be chance), and scores still improve: what guidance does to such sentences this cannot tell. At a higher learning rate, on other seeds, unguided alone reaches {lm-small-rates: rate-1-2}.',
  },
  'wide-fcn': {
    outcome: 'reproduces in part',
    paper: 'Three layers of 8,192 units on ImageNet, top-5: unguided 34.1 %, guided by a trained ResNet-18 43.0 %, by an untrained one 39.5 %.',
    here: 'Three layers of 384 units on textures: unguided {unguided}, guided by a trained ResNet-8 {guided}, distilled {distilled}: guidance is ahead, though it memorises as much ({guided train} of the training images, unguided {unguided train}). Over distillation, at one setting of it, it is higher {guided vs distilled in}. With the untrained guide it ends at {guided-untrained}, lower than unguided {unguided vs guided-untrained in}; in the paper that guide helps, too.',
  },
  'deep-fcn': {
    outcome: 'reproduces in part',
    paper: 'Fifty blocks of 2,048 units on ImageNet, top-5: unguided 1.7 %, guided by a trained ResNet-18 7.5 %, by an untrained one 13.1 %.',
    here: 'Eight layers of 256 units on textures: unguided {unguided}, guided by a trained ResNet-8 {guided}, distilled {distilled}. With the untrained guide, the better one in the paper, it ends at {guided-untrained}, lower than unguided {unguided vs guided-untrained in}; that is at a quarter of the weight, other weights are not kept.',
  },
  shapes: {
    outcome: 'reproduces in part',
    paper: 'Compares guidance with distillation on all its tasks and finds guidance ahead (its Figure 5 prints no numbers).',
    here: 'Wide FCN on shapes: unguided {unguided}, guided by a trained ResNet-8 {guided}, distilled {distilled}. Guidance is ahead of distillation, at one setting of that, by {guided vs distilled} points (95 % interval {guided vs distilled ci}); unguided ends lower {guided vs unguided in}. With an untrained guide, at a fraction of the weight, it ends at {guided-untrained}, lower than unguided {unguided vs guided-untrained in}.',
  },
  'scale-trap': {
    outcome: 'not in the paper',
    paper: 'Has no network without normalisation: its deep fully connected blocks are linear, batch norm, ReLU.',
    here: 'Twelve layers of 128 units on shapes, without normalisation: unguided {unguided}, guided by a trained ResNet-8 {guided} (chance {chance}) at a CKA of {guided cka trained}, by an untrained one {guided-untrained} at {guided-untrained cka untrained}. The features are aligned and the loss is that of guessing: CKA ignores scale. With He weights: unguided {unguided-he}, guided {guided-he}.',
  },
  'deep-convnet': {
    outcome: 'reproduces in part',
    paper:
      'Forty-nine convolutions without skips on ImageNet, top-5: unguided 70.0 %, guided by a trained ResNet-50 78.9 %, by an untrained one 68.2 %: only a trained guide helps.',
    here: 'Twenty-five convolutions on shapes, at the learning rate that is best unguided, {seeds}: unguided {unguided}, guided by a trained ResNet-8 {guided}, distilled {distilled}. The sign is the paper’s, the gain of {guided vs unguided} points not beyond noise (95 % interval {guided vs unguided ci}): {seeds} can neither show nor exclude the paper’s gain. Validation loss is lower ({guided loss} against {unguided loss}); on other seeds unguided alone reaches {deep-convnet-rates: rate-1-2 ±}. The untrained guide ends at {guided-untrained}, lower {unguided vs guided-untrained in}; in the paper it is near the unguided network.',
  },
  cifar: {
    outcome: 'does not reproduce',
    paper: 'CIFAR-10 in one ablation only: a deep FCN reaches 60.6 % alone and 70.2 % guided at all layers by an untrained ResNet-18.',
    here: 'Three layers of 384 units, three thousand small images: unguided {unguided}; guided by an untrained ResNet-8, at a quarter of the trained one’s weight, {guided-untrained}: no difference beyond noise ({guided-untrained vs unguided} points, 95 % interval {guided-untrained vs unguided ci}). A trained one, which the paper does not try on these images, gains a little ({guided}, {guided vs unguided} points, {guided vs unguided ci}), distillation from it more ({distilled}, higher than guided {distilled vs guided in}). The trained guide itself has {guide trained}. At a lower learning rate, on other seeds, unguided alone reaches {cifar-rates: rate-3-4}: the guide’s gain may be what a better rate gives.',
  },
  'brief-images': {
    outcome: 'reproduces in part',
    paper:
      'In its first version, guidance that is switched off after 150 steps, read off curves: validation loss stays low where the unguided one climbs. The published code switches it off after 300. No accuracies are printed.',
    here: 'The wide network on textures, {seeds}: unguided {unguided}; guided by a trained ResNet-8 for 25 steps {guided-25}, for 100 of 250 steps {guided-100}, throughout {guided}. Every longer guidance is the better one, and 100 steps keep most of the gain, not all: {guided-100 vs guided} points against guidance throughout (95 % interval {guided-100 vs guided ci}).',
  },
  'brief-recall': {
    outcome: 'not in the paper',
    paper: 'Switches guidance off early on images only.',
    here: 'First-token recall, {seeds}: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}; guided by an untrained Transformer for 25 steps {guided-25 ±}, for 100 of 500 steps {guided-100 ±}, throughout {guided-untrained ±}. Guided for 100 steps it is learnt {guided-100 learnt}, and no difference from guidance throughout is seen beyond noise ({guided-100 vs guided-untrained} points, {guided-100 vs guided-untrained ci}); 25 steps are too few ({guided-25 learnt}).',
  },
  'which-layers-images': {
    outcome: 'reproduces in part',
    paper:
      'Deep FCN on CIFAR-10, untrained ResNet-18: all layers 70.2 %, the first 65.1, first two 73.3, first five 79.6, the last 67.2, last two 68.0, last five 67.5, unguided 60.6 %.',
    here: 'Eight layers on textures, trained ResNet-8, {seeds}: unguided {unguided}, all layers {guided}, the first {first-1}, first two {first-2}, first five {first-5}, the last {last-1}, last two {last-2}, last five {last-5}. The early layers matter, as in the paper: the first two gain more than the last five ({first-2 vs last-5 in}). That the first five beat all is not seen beyond noise ({first-5 vs guided} points, 95 % interval {first-5 vs guided ci}); the first four do ({deep-fcn-layers: guided-first vs guided}, {deep-fcn-layers: guided-first vs guided ci}).',
  },
  'distil-or-guide-images': {
    outcome: 'reproduces in part',
    paper:
      'Compares guidance with distillation of outputs on all its tasks and finds guidance ahead (its Figure 5 prints no numbers). It has no distillation of representations.',
    here: 'The wide network on textures, {seeds}: unguided {unguided}. Trained ResNet-8: guided {guided}, distilled {distilled}, guided by similarity-preserving distillation {guided-sp}, by relational distances {guided-rkd} and by FitNets {guided-fitnets}, all at the weight that was chosen for CKA. Untrained: guided {guided-untrained}, distilled {distilled-untrained}. Guidance by CKA is ahead of all of them, of FitNets by {guided vs guided-fitnets} points ({guided vs guided-fitnets ci}); with the untrained network it is ahead of distillation ({guided-untrained vs distilled-untrained in}), and both end lower than unguided.',
  },
  'which-layers-recall': {
    outcome: 'reproduces in part',
    paper:
      'Copying RNN of four layers, untrained Transformer: all layers 42.6 %, the last 38.2, last two 41.6, last three 42.3, the first 27.6, first two 28.2, first three 33.9, unguided 14.4 %.',
    here: 'Another task, recall of the first symbol, by four layers of 64 units, untrained Transformer, {seeds}: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}; all layers {guided-untrained ±}; the last {last-1 ±}, last two {last-2 ±}; the first {first-1 ±}, first two {first-2 ±}. The late layers matter, as in the paper: the last alone does as well as all within noise ({last-1 vs guided-untrained} points, {last-1 vs guided-untrained ci}), the first alone does not.',
  },
  'warm-start-images': {
    outcome: 'reproduces in part',
    paper:
      'Figure 4: 300 steps of alignment on noise, then training alone, and the deep FCN “stops overfitting entirely”. Which noise, which learning rate and which accuracy are not stated, and no code of it is published.',
    here: 'Twenty-four layers of 128 units on shapes, which hardly learn in 300 steps, {seeds}: unguided {unguided}, at its own best learning rate {unguided-best} (chance {chance}). Aligned before that for 200 steps to an untrained ResNet-8 on smooth noise it reaches {warm-smooth}; on white noise {warm-white}, no more than without; on the training images without their labels, by a trained one, {warm-trained}. Counted by all steps: 500 of the task alone bring the unguided network to {warm-start-images-longer: unguided-best ±} at that rate, to {warm-start-images-longer: unguided ±} at the common one.',
  },
  'which-measure-images': {
    outcome: 'does not reproduce',
    paper: 'Deep FCN on ImageNet, top-5, trained and untrained ResNet-18: CKA 7.5 and 13.1 %, RSA 11.0 and 11.7, ridge regression 9.5 and 15.7.',
    here: 'The wide network on textures, trained ResNet-8, {seeds}, all at the weight that was chosen for CKA: unguided {unguided}, CKA {guided}, debiased CKA {guided-debiased}, RBF CKA {guided-rbf}, RSA {guided-rsa}, ridge regression {guided-ridge}, CCA {guided-cca}, soft neighbours {guided-soft-knn}. RSA does as well as CKA within noise ({guided-rsa vs guided} points, 95 % interval {guided-rsa vs guided ci}) where the paper has it above for a trained guide, and ridge regression gains little of what CKA does; at another weight they may do better.',
  },
  'warm-start-recall': {
    outcome: 'reproduces in part',
    paper:
      'Figure 4: 300 steps of alignment on noise, then training alone, on images only. Which noise, which learning rate and which accuracy are not stated.',
    here: 'First-token recall, {seeds}: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}. Aligned for 200 steps on random tokens to an untrained Transformer and trained alone from there {warm-random ±}, to a trained one {warm-trained ±}; guided throughout {guided-untrained ±}. Trained on sums for as many steps instead {pretrained}. With the steps of the warm-up counted it leaves chance sooner than at the best rate alone {warm-random vs unguided-best sooner}, which is within noise; with those steps spent on the task the unguided network ends at {warm-start-recall-longer: unguided-best ±}.',
  },
  rivals: {
    outcome: 'reproduces in part',
    paper:
      'Copy-paste of 20 to 40 numbers: 14.35 ± 0.01 % alone, 42.56 ± 1.51 % guided by an untrained Transformer. No other way to prepare the network is tried.',
    here: 'Copy-paste of 5 to 10 numbers, as published, {seeds}: unguided {unguided ±} (chance {chance}), guided by an untrained Transformer {guided-untrained ±}, by an identity {guided-identity ±}; with a good initialisation {unguided-good-init ±}, a mimetic one {unguided-mimetic ±}, trained on brackets for 300 steps before {pretrained ±}. Of what needs no guide nothing helps; the identity, which only spreads features out, is level with the guide within noise ({guided-untrained vs guided-identity} points, 95 % interval {guided-untrained vs guided-identity ci}).',
  },
  'distil-or-guide-recall': {
    outcome: 'reproduces in part',
    paper:
      'Compares guidance with distillation of outputs on all its tasks and finds guidance ahead; an untrained teacher “hurts on average, not significantly” (its Figure 5 prints no numbers). It has no distillation of representations.',
    here: 'First-token recall, {seeds}: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}. Untrained Transformer: guided {guided-untrained ±}, distilled {distilled-untrained}; trained: guided {guided ±}, distilled {distilled}. Outputs teach nothing here, layers do, and not by CKA alone: by similarity-preserving distillation of the untrained one’s layers {guided-sp ±}, by relational distances {guided-rkd ±}, and by FitNets, a linear map that is learnt along, {guided-fitnets ±}, as much as by CKA or more ({guided-fitnets vs guided-untrained} points, 95 % interval {guided-fitnets vs guided-untrained ci}).',
  },
  'which-measure-recall': {
    outcome: 'reproduces in part',
    paper: 'Deep FCN on ImageNet, top-5, untrained ResNet-18: CKA 13.1 %, RSA 11.7, ridge regression 15.7. Nothing but CKA on sequences.',
    here: 'First-token recall, untrained Transformer, {seeds}, all at the weight that was chosen for CKA: unguided {unguided} (chance {chance}), at its own best learning rate {unguided-best ±}; CKA {guided-untrained ±}, debiased CKA {guided-debiased ±}, RBF CKA {guided-rbf ±}, RSA {guided-rsa ±}, ridge regression {guided-ridge ±}, CCA {guided-cca ±}, soft neighbours {guided-soft-knn ±}. All teach it, ridge regression and CCA most surely ({guided-ridge vs guided-untrained} and {guided-cca vs guided-untrained} points over CKA, 95 % intervals {guided-ridge vs guided-untrained ci} and {guided-cca vs guided-untrained ci}), the order of the paper with its untrained guide. RSA is level with CKA within noise ({guided-rsa vs guided-untrained}, {guided-rsa vs guided-untrained ci}).',
  },
};
