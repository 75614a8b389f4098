/** Presets on language. Settings: recipe P-LM and section 4 (full grammar); our numbers are in docs/results.md. */
import { type Asked, asking, experimentOf, type Preset } from './preset.ts';
import type { Experiment, GuideSpec, MicroEnglishSpec, TaskSpec, TransformerSpec } from '../schema/schema.ts';
import { ADAM, base, distilled, GOOD_INIT, guided, guidedUntrained, RNN_2X64, TRANSFORMER_2X32, UNGUIDED } from './sequenceSettings.ts';

const MICRO_ENGLISH: Omit<MicroEnglishSpec, 'variant' | 'trainTokens'> = { kind: 'micro-english', context: 32, valTokens: 8000, seed: 1, valSeed: 2 };
const BATCH = 32;
const LEARNING_RATE = 3e-3;
const WEIGHT = 0.1;

const TRANSFORMER_2X64: TransformerSpec = { ...TRANSFORMER_2X32, width: 64, ffn: 128 };

const guides = (network: TransformerSpec, steps: number): Record<string, GuideSpec> => ({
  untrained: { state: 'untrained', network },
  trained: {
    state: 'trained',
    network,
    training: { seed: 0, steps, batchSize: BATCH, learningRate: LEARNING_RATE, schedule: { kind: 'constant' }, optimiser: ADAM, clipNorm: 1 },
  },
});

const language = (preset: string, question: Asked, task: TaskSpec, settings: Pick<Experiment, 'guides' | 'arms'>, steps: number): Experiment =>
  experimentOf(preset, question, { task, target: RNN_2X64, base: { ...base(steps, LEARNING_RATE), batchSize: BATCH }, ...settings });

const ARMS = [UNGUIDED, guidedUntrained(WEIGHT), guided(WEIGHT), distilled('distilled', 'Distilled', 'trained')];

export const LANGUAGE_PRESETS: readonly Preset[] = [
  {
    id: 'lm-short',
    title: 'Who spoke? RNN ← Transformer',
    hint: 'A word of each sentence must be remembered. With an untrained guide that is learnt sooner; in the end it is without, too.',
    experiment: language(
      'lm-short',
      asking('Does guidance help an RNN to remember who spoke?', 'guided-untrained', 'unguided'),
      { ...MICRO_ENGLISH, variant: 'short', trainTokens: 100_000 },
      {
        guides: guides(TRANSFORMER_2X32, 400),
        arms: [...ARMS, distilled('distilled-untrained', 'Distilled, untrained teacher', 'untrained'), GOOD_INIT],
      },
      1200,
    ),
  },
  {
    id: 'lm-small',
    title: 'Longer sentences: RNN ← Transformer',
    hint: 'The same language with clauses inside clauses: guidance gains next to nothing, and nobody recalls the name.',
    experiment: language(
      'lm-small',
      asking('Does guidance still help where sentences are long?', 'guided', 'unguided'),
      { ...MICRO_ENGLISH, variant: 'full', trainTokens: 200_000 },
      {
        guides: guides(TRANSFORMER_2X64, 1200),
        arms: ARMS,
      },
      600,
    ),
  },
];
