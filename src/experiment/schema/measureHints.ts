/** What each measure is, in one sentence. Apart from its facts, which the page reads before anything is drawn. */
import type { ObservedSpec } from './measure.ts';

export const MEASURE_HINTS: Readonly<Record<ObservedSpec['name'], string>> = {
  cka: 'Linear CKA, biased, as in the paper: the cosine between the two centred Gram matrices.',
  'cka-debiased': 'CKA without the share that few examples in many dimensions have by chance: near 0 for layers that have nothing in common.',
  'rbf-cka': 'CKA of Gaussian kernels, whose width is the median distance between examples: near neighbours count more than far ones.',
  rsa: 'Correlation of the two matrices of dissimilarities 1 − cosine between examples (the paper’s appendix J).',
  'rsa-correlation': 'Correlation of the two matrices of dissimilarities 1 − Pearson between examples: the usual form in neuroscience.',
  'rsa-euclidean': 'Correlation of the two matrices of squared distances between examples.',
  ridge: 'How well a linear map of the target’s layer, fitted on half of the batch, says what the guide’s makes of the other half (the paper’s appendix J).',
  procrustes: 'How well the best rotation turns the target’s layer into the guide’s: the sum of the singular values of their cross-covariance.',
  cca: 'Canonical correlation: CKA after the directions of each layer are made equally strong, so that any invertible map is nearly ignored.',
  sp: 'Mean cosine between an example’s rows in the two Gram matrices, which are not centred (Tung and Mori 2019).',
  rkd: 'One minus the Huber loss between distances, each over their mean: the distance part of relational distillation (Park et al. 2019).',
  'soft-knn': 'How much an example’s neighbourhoods overlap, each a softmax over distances: our own relaxation of mutual nearest neighbours, not in the paper.',
  fitnets:
    'FitNets (Romero et al. 2015): how much of the guide’s variance a linear map of the target’s layer explains, which is trained along with the target.',
  'mutual-knn': 'Share of an example’s nearest neighbours, by cosine, that the two layers have in common.',
  svcca: 'Mean canonical correlation of the components that make up most of each layer’s variance (Raghu et al. 2017).',
  'rsa-spearman': 'Spearman’s correlation of the two matrices of dissimilarities 1 − cosine between examples.',
  'ridge-absolute': 'Ridge regression with a λ that does not follow the scale of the activations, as in the paper’s appendix J.',
};
