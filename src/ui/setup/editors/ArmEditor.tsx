import { Button, Divider, Group, Select, Stack, TextInput } from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { termOf } from '@/experiment/plan/arms.ts';
import { unusedClasses } from '@/experiment/networks/describe.ts';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { type ArmSpec, type Experiment, isImageTask } from '@/experiment/schema/schema.ts';
import { duplicateArm, removeArm, withTerm } from '@/state/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import { withOwnMapping } from '@/state/mapping.ts';
import { guideState } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';
import { Own } from '../parts/Own.tsx';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { Fields, type FieldSpec } from '../fields/Fields.tsx';
import { useField } from '../fields/useField.ts';
import { ForkButton, ForkStep } from './ForkFields.tsx';
import { initChoices } from './networkSpecs.ts';
import { WarmupFields } from './WarmupFields.tsx';
import { ALIGN_WEIGHT, armMeasureFields, armTokensField, DISTIL_FIELDS, UNTIL } from './specs.ts';

/** How guides are called in lists: "trained: ResNet-8, 300 steps". */
const guideChoices = (experiment: Experiment) =>
  Object.entries(experiment.guides).map(([id, guide]) => ({
    value: id,
    label: `${id}: ${describeGuide(experiment, id).title}, ${guideState(guide)}`,
  }));

function GuideSelect({ path, label, hint }: { path: string; label: string; hint: string }) {
  const field = useField(path);
  const experiment = useExperiment((state) => state.experiment);
  return (
    <Select
      label={<FieldLabel label={label} field={field} show={String} />}
      aria-label={label}
      description={hint}
      error={field.error}
      data={guideChoices(experiment)}
      value={String(field.value)}
      onChange={(id) => id && field.set(id)}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

const LEARNING_RATE: FieldSpec = {
  kind: 'log',
  path: 'learningRate',
  label: "This arm's learning rate",
  hint: 'Instead of the common one.',
  from: 1e-5,
  to: 1e-1,
};
const UNUSED_BIAS: FieldSpec = { kind: 'number', path: 'unusedBias', label: 'Bias', hint: 'At 0 as likely as any other class.', step: 1 };
const sharedOr = (choices: { key: string; label: string }[]) => [{ key: 'undefined', label: 'Shared', value: undefined }, ...choices];

function Align({ arm, root }: { arm: ArmSpec; root: string }) {
  const base = useExperiment((state) => state.experiment.base);
  const images = useExperiment((state) => isImageTask(state.experiment.task));
  const set = useExperiment((state) => state.set);
  const term = termOf(arm, 'align');
  if (!term) return null;
  const { course, mapping, tokens, measure } = term;
  return (
    <Stack gap="sm">
      <GuideSelect path={`${root}.terms.align.guide`} label="Guide" hint="Whose layers the target's layers are pulled towards." />
      <Fields root={`${root}.terms.align`} specs={[ALIGN_WEIGHT]} width={300} />
      <Fields
        root={`${root}.terms.align`}
        width={300}
        specs={[
          ...armMeasureFields(measure, base.measure),
          {
            kind: 'choice',
            path: 'reduction',
            label: 'Over pairs',
            hint: 'With the mean, more pairs do not pull harder.',
            choices: sharedOr([
              { key: 'sum', label: 'Sum' },
              { key: 'mean', label: 'Mean' },
            ]),
          },
          ...(images ? [] : [armTokensField(tokens)]),
        ]}
      />
      <Own
        label="Only at the start"
        hint="Guidance is switched off after a number of steps."
        on={course?.kind === 'until'}
        onChange={(on) => void set(`${root}.terms.align.course`, on ? { kind: 'until', step: Math.max(1, Math.round(base.steps / 5)) } : undefined)}
      >
        <Fields root={`${root}.terms.align`} specs={[UNTIL]} width={150} />
      </Own>
      <Own
        label="Its own mapping"
        hint="Look at this arm in the picture to draw it; otherwise all arms share one."
        on={mapping !== undefined}
        onChange={(on) => void attempt((experiment) => withOwnMapping(experiment, arm.id, on))}
      />
    </Stack>
  );
}

/** Everything that one arm may state differently. */
export function ArmEditor({ arm, onGone }: { arm: ArmSpec; onGone: () => void }) {
  const experiment = useExperiment((state) => state.experiment);
  const set = useExperiment((state) => state.set);
  const root = `arms.${arm.id}`;
  const name = useField(`${root}.name`, undefined, 'Name of the arm');
  const only = experiment.arms.length === 1;
  const inits = initChoices(experiment.target.family);
  return (
    <Stack gap="sm">
      <TextInput
        label={<FieldLabel label="Name" field={name} show={String} />}
        aria-label="Name of the arm"
        value={name.draft ?? String(name.value)}
        error={name.error}
        onChange={(event) => void name.set(event.currentTarget.value, event.currentTarget.value)}
        onBlur={name.settle}
      />
      <ForkStep arm={arm} root={root} />
      <Divider />
      <Own
        label="Guidance"
        hint="Pull its layers towards a guide's."
        on={termOf(arm, 'align') !== undefined}
        onChange={(on) => void attempt((current) => withTerm(current, arm.id, 'align', on))}
      >
        <Align arm={arm} root={root} />
      </Own>
      <Divider />
      <Own
        label="Distillation"
        hint="Learn from a teacher's outputs besides the labels."
        on={termOf(arm, 'distil') !== undefined}
        onChange={(on) => void attempt((current) => withTerm(current, arm.id, 'distil', on))}
      >
        {termOf(arm, 'distil') && (
          <Stack gap="sm">
            <GuideSelect path={`${root}.terms.distil.guide`} label="Teacher" hint="Whose outputs are learnt from." />
            <Fields root={`${root}.terms.distil`} specs={DISTIL_FIELDS} width={150} />
          </Stack>
        )}
      </Own>
      <Divider />
      <WarmupFields arm={arm} />
      <Divider />
      <Own
        label="Its own learning rate"
        hint="A fair comparison shares one, or tunes each arm alike."
        on={arm.learningRate !== undefined}
        onChange={(on) => void set(`${root}.learningRate`, on ? experiment.base.learningRate : undefined)}
      >
        <Fields root={root} specs={[LEARNING_RATE]} width={300} />
      </Own>
      {!arm.fork && (
        <Fields
          root={root}
          width={300}
          specs={[
            {
              kind: 'choice',
              path: 'init',
              label: 'Initial weights',
              hint: 'Shared: what the target states.',
              list: inits.length > 2,
              choices: sharedOr(inits),
            },
          ]}
        />
      )}
      {!arm.fork && unusedClasses(experiment.task).length > 0 && (
        <Own
          label="Unused classes start low"
          hint="Classes that are never the answer begin with a bias of their own."
          on={arm.unusedBias !== undefined}
          onChange={(on) => void set(`${root}.unusedBias`, on ? -5 : undefined)}
        >
          <Fields root={root} specs={[UNUSED_BIAS]} width={150} />
        </Own>
      )}
      <Group gap="xs">
        <Button leftSection={<IconCopy size={13} />} onClick={() => attempt((current) => duplicateArm(current, arm.id))}>
          Duplicate
        </Button>
        <ForkButton arm={arm} onGone={onGone} />
        <Button
          leftSection={<IconTrash size={13} />}
          disabled={only}
          onClick={() => {
            if (attempt((current) => removeArm(current, arm.id))) onGone();
          }}
        >
          Remove
        </Button>
      </Group>
    </Stack>
  );
}
