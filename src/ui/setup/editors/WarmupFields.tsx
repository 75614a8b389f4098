import { Button, Select, Stack, Text } from '@mantine/core';
import { taskTitle } from '@/experiment/networks/describe.ts';
import { withInputsOf } from '@/experiment/plan/inputs.ts';
import { defaultTask, type TaskKind, transferKinds } from '@/experiment/presets/models.ts';
import { type ArmSpec, type Experiment, isImageTask, type WarmupSpec } from '@/experiment/schema/schema.ts';
import { capital, warmupInputWords } from '@/ui/words.ts';
import { useExperiment } from '@/state/experiment.ts';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { Fields, type FieldSpec } from '../fields/Fields.tsx';
import { useField } from '../fields/useField.ts';
import { attempt } from '../parts/attempt.ts';
import { Own } from '../parts/Own.tsx';

/** As in the paper's Figure 4. */
const STEPS = 300;

type Inputs = WarmupSpec['inputs'];
const NOISE_OF_IMAGES = ['smooth-noise', 'white-noise', 'pink-noise'] as const;

/** What a warm-up can read: by a key, as the experiment states it. */
function inputsFor(experiment: Experiment, now: Inputs | undefined): Map<string, Inputs> {
  const noise = isImageTask(experiment.task) ? NOISE_OF_IMAGES : (['random-tokens'] as const);
  const others = transferKinds(experiment).flatMap((kind): [TaskKind, Inputs][] => {
    const task = withInputsOf(defaultTask(kind), experiment.task);
    return task ? [[kind, task]] : [];
  });
  const all = new Map<string, Inputs>([...[...noise, 'training' as const].map((own): [string, Inputs] => [own, own]), ...others]);
  // Another task that was stated otherwise stays as it is.
  if (typeof now === 'object') all.set(now.kind, now);
  return all;
}

const keyOf = (inputs: Inputs): string => (typeof inputs === 'string' ? inputs : inputs.kind);

/** Its inputs decide what loss there can be: labels come with another task. */
const withInputs = (warmup: WarmupSpec, inputs: Inputs, aligns: boolean): WarmupSpec => ({
  ...warmup,
  inputs,
  loss: typeof inputs === 'string' ? 'align' : aligns ? warmup.loss : 'task',
});

function InputsSelect({ arm, root, warmup }: { arm: ArmSpec; root: string; warmup: WarmupSpec }) {
  const experiment = useExperiment((state) => state.experiment);
  const aligns = arm.terms.some(({ kind }) => kind === 'align');
  const field = useField(`${root}.warmup.inputs`, undefined, 'Inputs of the warm-up', (whole, inputs) => ({
    ...whole,
    arms: whole.arms.map((own) => (own.id === arm.id && own.warmup ? { ...own, warmup: withInputs(own.warmup, inputs as Inputs, aligns) } : own)),
  }));
  const choices = inputsFor(experiment, warmup.inputs);
  return (
    <Select
      label={<FieldLabel label="Inputs" field={field} show={(value) => warmupInputWords({ inputs: value as Inputs })} />}
      aria-label="Inputs of the warm-up"
      description="What target and guide both read in it, the same at every step."
      error={field.error}
      data={[...choices].map(([value, inputs]) => ({ value, label: typeof inputs === 'string' ? capital(warmupInputWords({ inputs })) : taskTitle(inputs) }))}
      value={keyOf(warmup.inputs)}
      onChange={(key) => key !== null && field.set(choices.get(key))}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

const LOSS: FieldSpec = {
  kind: 'choice',
  path: 'loss',
  label: 'Loss',
  hint: 'What it learns: to be like the guide, the labels of these inputs, or both.',
  choices: [
    { key: 'align', label: 'Alignment' },
    { key: 'task', label: 'Labels' },
    { key: 'both', label: 'Both' },
  ],
};
const RATE: FieldSpec = { kind: 'log', path: 'learningRate', label: 'Learning rate of the warm-up', hint: 'Constant.', from: 1e-5, to: 1e-1 };

/** The warm-up that an arm begins with where it is switched on; undefined where the experiment has none for it. */
function firstWarmup(experiment: Experiment, arm: ArmSpec): WarmupSpec | undefined {
  const steps = Math.min(STEPS, experiment.base.steps);
  const aligns = arm.terms.some(({ kind }) => kind === 'align');
  const found = [...inputsFor(experiment, undefined).values()].find((inputs) => aligns || typeof inputs !== 'string');
  return found && { steps, inputs: found, loss: typeof found === 'string' ? 'align' : 'task', keepOptimiser: false };
}

/** Steps before training proper. */
export function WarmupFields({ arm }: { arm: ArmSpec }) {
  const experiment = useExperiment((state) => state.experiment);
  const set = useExperiment((state) => state.set);
  const root = `arms.${arm.id}`;
  const { warmup } = arm;
  const { steps } = experiment.base;
  const aligned = arm.terms.filter(({ kind }) => kind === 'align');
  const first = firstWarmup(experiment, arm);
  // What a fork begins with is what the arm begins with that it forks from.
  if (arm.fork || !(warmup || first)) return null;
  const alone = aligned.length > 0 && aligned.every(({ course }) => course?.kind === 'until' && course.step === 0);
  const setAlone = (on: boolean) =>
    attempt((whole) => ({
      ...whole,
      arms: whole.arms.map((own) => (own.id === arm.id ? withAlignmentOnlyBefore(own, on) : own)),
    }));
  return (
    <Own
      label="Warm-up"
      hint="Steps before training, on inputs and with a loss of their own."
      on={warmup !== undefined}
      onChange={(on) => void set(`${root}.warmup`, on ? first : undefined)}
    >
      {warmup && (
        <Stack gap="sm">
          <Fields
            root={`${root}.warmup`}
            width={150}
            specs={[
              {
                kind: 'number',
                path: 'steps',
                label: 'Steps',
                hint: `Before step 1; the paper takes ${STEPS}.`,
                step: 10,
                warning: warmup.steps > steps ? `More than the ${steps} steps of training itself.` : undefined,
              },
            ]}
          />
          {warmup.steps > steps && (
            <Text size="xs">
              <Button size="compact-xs" onClick={() => void set(`${root}.warmup.steps`, steps)}>{`Take ${steps} steps`}</Button>
            </Text>
          )}
          <InputsSelect arm={arm} root={root} warmup={warmup} />
          {typeof warmup.inputs !== 'string' && <Fields root={`${root}.warmup`} width={300} specs={[LOSS]} />}
          {aligned.length > 0 && <Own label="Then alone" hint="Guidance ends with the warm-up, as in the paper's Figure 4." on={alone} onChange={setAlone} />}
          <Own
            label="A learning rate of its own"
            hint="Otherwise the arm's, without its schedule."
            on={warmup.learningRate !== undefined}
            onChange={(on) => void set(`${root}.warmup.learningRate`, on ? (arm.learningRate ?? experiment.base.learningRate) : undefined)}
          >
            <Fields root={`${root}.warmup`} specs={[RATE]} width={300} />
          </Own>
          <Own
            label="Keep the optimiser's moments"
            hint="Running statistics always stay; without the moments training starts with a fresh optimiser."
            on={warmup.keepOptimiser}
            onChange={(on) => void set(`${root}.warmup.keepOptimiser`, on)}
          />
        </Stack>
      )}
    </Own>
  );
}

/** The arm with its alignment before training only, or for the whole run. */
function withAlignmentOnlyBefore(arm: ArmSpec, only: boolean): ArmSpec {
  return {
    ...arm,
    terms: arm.terms.map((term) => {
      if (term.kind !== 'align') return term;
      const { course: _, ...always } = term;
      return only ? { ...always, course: { kind: 'until', step: 0 } } : always;
    }),
  };
}
