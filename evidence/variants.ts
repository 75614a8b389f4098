/** What runs differ in from the preset that they start from, in words that stand behind its title. */
export const VARIANTS: Readonly<Record<string, string>> = {
  'first-token-fast': 'at the unguided network’s best rate',
  'first-token-several': 'several layers of the guide for one of the target',
  'copy-official-long': 'as long as in the paper',
  'lm-short-3600': 'three times the steps',
  'warm-start-images-longer': 'as many steps of the task as with a warm-up in all',
  'warm-start-recall-longer': 'as many steps of the task as with a warm-up in all',
  'wide-fcn-several': 'several layers of the guide for one of the target',
  'wide-fcn-brief': 'guided for some of the steps',
  'deep-fcn-early': 'by a guide that was stopped early',
  'deep-fcn-noise': 'the untrained guide is shown noise',
  'deep-fcn-layers': 'guided at some of the layers',
  'deep-fcn-rsa': 'by RSA as well',
  'deep-fcn-dimension': 'the dimension of layers is kept up without a guide',
  'scale-trap-batch': 'with batch normalisation',
};
