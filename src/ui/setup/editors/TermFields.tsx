/** The terms of an arm's loss: of each what it needs, and a way to take it away. */
import { ActionIcon, Group, Select, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { describeGuide } from '@/experiment/plan/guides.ts';
import { termKey } from '@/experiment/problemWords.ts';
import { type AlignTerm, type ArmSpec, type Experiment, isImageTask, type Term, type TermKind, type TermOf } from '@/experiment/schema/schema.ts';
import { removeTerm } from '@/state/arms.ts';
import { useExperiment } from '@/state/experiment.ts';
import { guideState } from '@/ui/words.ts';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { Fields } from '../fields/Fields.tsx';
import { useField } from '../fields/useField.ts';
import { attempt } from '../parts/attempt.ts';
import { CourseFields } from './CourseFields.tsx';
import { ALIGN_WEIGHT, armMeasureFields, armTokensField, distilFields, MATCH_WHAT, OWN_WEIGHT, REGULARISE_WHAT, REDUCTION } from './specs.ts';

/** What can be added to a loss, in the order in which it is offered. */
export const TERMS: Readonly<Record<TermKind, { name: string; hint: string }>> = {
  align: { name: 'Guidance', hint: 'Its layers are pulled towards a guide’s.' },
  distil: { name: 'Distillation', hint: 'It learns from a teacher’s outputs besides the labels.' },
  match: { name: 'Matching', hint: 'Its outputs, or its layers’ statistics, are pulled to a guide’s.' },
  regularise: { name: 'Regulariser', hint: 'Its layers are kept from losing dimensions: no guide.' },
};

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

/** A mapping of the term's own, which starts as the shared one. */
function OwnMapping({ root, mapping }: { root: string; mapping: AlignTerm['mapping'] }) {
  const shared = useExperiment((state) => state.experiment.base.mapping);
  const set = useExperiment((state) => state.set);
  return (
    <Switch
      label="Its own mapping"
      aria-label="Its own mapping"
      description="Look at this arm in the picture to draw it; otherwise all arms share one."
      checked={mapping !== undefined}
      onChange={(event) => void set(`${root}.mapping`, event.currentTarget.checked ? shared : undefined)}
    />
  );
}

function Align({ root, term: { measure, tokens, mapping } }: { root: string; term: AlignTerm }) {
  const base = useExperiment((state) => state.experiment.base);
  const images = useExperiment((state) => isImageTask(state.experiment.task));
  return (
    <>
      <GuideSelect path={`${root}.guide`} label="Guide" hint="Whose layers the target's layers are pulled towards." />
      <Fields root={root} specs={[ALIGN_WEIGHT]} width={300} />
      <Fields root={root} width={300} specs={[...armMeasureFields(measure, base.measure), REDUCTION, ...(images ? [] : [armTokensField(tokens)])]} />
      <OwnMapping root={root} mapping={mapping} />
    </>
  );
}

function Distil({ root, term }: { root: string; term: TermOf<'distil'> }) {
  return (
    <>
      <GuideSelect path={`${root}.guide`} label="Teacher" hint="Whose outputs are learnt from." />
      <Fields root={root} specs={distilFields(term)} width={150} />
    </>
  );
}

function Match({ root, term: { what, mapping } }: { root: string; term: TermOf<'match'> }) {
  return (
    <>
      <GuideSelect path={`${root}.guide`} label="Guide" hint="Whose outputs, or layers, are matched." />
      <Fields root={root} specs={[MATCH_WHAT, OWN_WEIGHT]} width={300} />
      {what === 'moments' && <OwnMapping root={root} mapping={mapping} />}
    </>
  );
}

function OwnFields({ root, term }: { root: string; term: Term }) {
  switch (term.kind) {
    case 'align':
      return <Align root={root} term={term} />;
    case 'distil':
      return <Distil root={root} term={term} />;
    case 'match':
      return <Match root={root} term={term} />;
    case 'regularise':
      return <Fields root={root} specs={[REGULARISE_WHAT, OWN_WEIGHT]} width={300} />;
  }
}

/** One term of an arm. @param place in the arm's list */
export function TermFields({ arm, place }: { arm: ArmSpec; place: number }) {
  const term = arm.terms[place];
  const root = `arms.${arm.id}.terms.${termKey(arm.terms, place)}`;
  const { name, hint } = TERMS[term.kind];
  return (
    <Stack gap="sm" component="section" aria-label={name}>
      <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
        <div>
          <Text size="sm" fw={600}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        </div>
        <Tooltip label="Without it">
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={`Take the ${name.toLowerCase()} away`}
            onClick={() => attempt((current) => removeTerm(current, arm.id, place))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <OwnFields root={root} term={term} />
      <CourseFields root={root} course={term.course} />
    </Stack>
  );
}
