import { describe, expect, it } from 'vitest';
import { RESNET_8 } from './presets/imageSettings.ts';
import { findPreset, PRESETS } from './presets/presets.ts';
import { presetAt, version1Preset } from './presets/revisions.ts';
import { parseExperiment } from './parse.ts';
import { questionOf, yesTo } from './question.ts';
import type { Experiment, GuideSpec, NetworkSpec } from './schema/schema.ts';

const preset = (id: string): Experiment => structuredClone(findPreset(id)?.experiment as Experiment);
const VIT: NetworkSpec = { family: 'vit', patch: 4, layers: 3, width: 48, heads: 4, ffn: 96, pooling: 'mean', init: 'default' };
const withNetwork = (experiment: Experiment, network: NetworkSpec): Experiment => ({
  ...experiment,
  guides: Object.fromEntries(Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => [id, { ...guide, network } as GuideSpec])),
});
const withGuide = (experiment: Experiment, id: string, guide: GuideSpec): Experiment => ({ ...experiment, guides: { ...experiment.guides, [id]: guide } });
const wide = preset('wide-fcn');
const first = preset('first-token');

describe('a preset’s own question', () => {
  it('stands on every preset, in every revision', () => {
    for (const { id, experiment } of PRESETS) {
      for (let revision = 1; revision <= experiment.revision; revision++) {
        const parsed = parseExperiment(presetAt(id, revision));
        if (!parsed.ok) throw new Error(`${id}@${revision}`);
        expect(questionOf(parsed.experiment)).toBe(parsed.experiment.question);
      }
      const old = parseExperiment(version1Preset(id));
      if (old.ok) expect(questionOf(old.experiment)).toBe(old.experiment.question);
    }
  });

  it('stands as long as the same is compared', () => {
    const { base, target } = wide;
    const edits: Experiment[] = [
      { ...wide, seeds: [7, 8] },
      { ...wide, base: { ...base, steps: 20, learningRate: 1e-4, measure: { name: 'cka-debiased' } } },
      { ...wide, target: { ...target, width: 16 } as NetworkSpec },
      { ...wide, arms: wide.arms.slice(0, 2) },
      { ...wide, arms: wide.arms.map((arm) => ({ ...arm, name: `${arm.name}!` })) },
      { ...wide, task: { ...wide.task, noise: 0.3 } as Experiment['task'] },
      withNetwork(wide, { ...RESNET_8, width: 4 }),
      // A guide that neither of the two learns from.
      withGuide(wide, 'untrained', { state: 'untrained', network: VIT }),
    ];
    for (const edited of edits) expect(questionOf(edited)).toBe(wide.question);
    expect(questionOf({ ...first, asks: { arm: 'guided-untrained', against: 'unguided-best', by: { crossing: 0.6 } } })).toBe(first.question);
  });
});

describe('a question that no longer fits', () => {
  it('is composed from what is compared', () => {
    expect(questionOf(withNetwork(wide, VIT))).toBe('Does guided beat unguided on “Textures”, with a trained ViT as guide?');
    expect(questionOf(withGuide(wide, 'trained', { state: 'untrained', network: RESNET_8 }))).toBe(
      'Does guided beat unguided on “Textures”, with an untrained ResNet as guide?',
    );
    expect(questionOf({ ...wide, task: preset('shapes').task })).toBe('Does guided beat unguided on “Shapes”, with a trained ResNet as guide?');
    expect(questionOf({ ...wide, target: VIT })).toBe('Does guided beat unguided on “Textures”, in a ViT, with a trained ResNet as guide?');
    expect(questionOf({ ...wide, asks: { arm: 'distilled', against: 'unguided', by: 'final' } })).toBe(
      'Does distilled beat unguided on “Textures”, with a trained ResNet as teacher?',
    );
    expect(questionOf({ ...wide, asks: { arm: 'guided', against: 'unguided', by: 'best' } })).toBe(
      'Does guided beat unguided by its best score on “Textures”, with a trained ResNet as guide?',
    );
    expect(questionOf({ ...wide, arms: wide.arms.filter(({ id }) => id !== 'guided') })).toBe(
      'Does guided, untrained beat unguided on “Textures”, with an untrained ResNet as guide?',
    );
  });

  it('says of the controls what they are', () => {
    const led = (guide: GuideSpec) => questionOf(withGuide(wide, 'trained', guide));
    expect(led({ state: 'control', kind: 'identity-gram' })).toBe('Does guided beat unguided on “Textures”, with an identity as guide?');
    expect(led({ state: 'untrained', network: RESNET_8, control: 'shuffled' })).toMatch(/, with an untrained ResNet, shuffled, as guide\?$/);
    expect(led({ state: 'untrained', network: RESNET_8, control: 'noise' })).toMatch(/, with an untrained ResNet that sees noise as guide\?$/);
  });

  it('says what is to be passed sooner, and goes without what is not there', () => {
    expect(questionOf({ ...first, asks: { arm: 'guided', against: 'unguided', by: { crossing: 0.352 } } })).toBe(
      'Does guided, trained pass 35.2 % sooner than unguided on “First token”, with a trained Transformer as guide?',
    );
    const language = preset('lm-short');
    expect(questionOf({ ...language, asks: { arm: 'unguided-good-init', against: 'unguided', by: { crossing: 4 } } })).toMatch(
      /^Does unguided, good initialisation pass a perplexity of 4 sooner than unguided on “[^”]+”\?$/,
    );
    expect(questionOf({ ...wide, arms: wide.arms.slice(0, 1) })).toBe('How far does unguided get on “Textures”?');
    expect(questionOf({ ...wide, preset: 'nobody', question: '' })).toBe(
      'Does guided beat unguided on “Textures”, in a fully connected network, with a trained ResNet as guide?',
    );
  });

  it('is that of the preset again when the edit is taken back', () => {
    expect(questionOf(withNetwork(withNetwork(wide, VIT), RESNET_8))).toBe(wide.question);
  });

  it('replaces what earlier versions wrote in its place, and never what a person wrote', () => {
    for (const question of ['What does guidance change here?', 'What does guidance do on “Reverse”?', '']) {
      expect(questionOf({ ...wide, question })).toBe('Does guided beat unguided on “Textures”, with a trained ResNet as guide?');
    }
    expect(questionOf(withNetwork({ ...wide, question: 'And a ViT?' }, VIT))).toBe('And a ViT?');
  });
});

describe('what yes would be', () => {
  it('is that the arm is better, unless a preset’s own question means otherwise', () => {
    expect(yesTo(wide)).toBe('better');
    expect(yesTo(preset('scale-trap'))).toBe('worse');
    expect(yesTo(preset('is-it-the-guide'))).toBe('needs the guide');
    expect(yesTo({ ...preset('scale-trap'), target: VIT })).toBe('better');
    expect(yesTo({ ...preset('scale-trap'), question: 'Does it help?' })).toBe('better');
  });
});
