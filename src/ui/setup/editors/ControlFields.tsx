/** Choosing what stands in for a guide, or what of it is taken away. */
import { Select, Switch } from '@mantine/core';
import { type GuideSpec, isImageTask, type TaskSpec } from '@/experiment/schema/schema.ts';
import { CONTROLS, type ControlKind, controlKind, controlOf, STAND_INS } from '@/experiment/recipes/controls.ts';
import { useExperiment } from '@/state/experiment.ts';
import { capital } from '@/ui/words.ts';

/** Controls that need no guide of their own. */
export function StandIns({ guide, onChange }: { guide: GuideSpec; onChange: (kind: ControlKind) => void }) {
  const task = useExperiment((state) => state.experiment.task);
  const kind = controlKind(guide) ?? 'identity-gram';
  return (
    <Select
      label="Control"
      aria-label="Control"
      data-testid="control-kind"
      description={controlOf(kind).tells(task)}
      data={CONTROLS.filter((control) => STAND_INS.has(control.kind)).map((control) => ({
        value: control.kind,
        label: capital(control.name),
      }))}
      value={kind}
      onChange={(next) => next && onChange(next as ControlKind)}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

const DATA = 'data';

/** What a network guide shows of the batch: its examples in their order, in another, or none of them. */
export function ExampleControls({ kind, task, onChange }: { kind: ControlKind | null; task: TaskSpec; onChange: (kind: ControlKind | null) => void }) {
  const images = isImageTask(task);
  const shuffled = kind === 'shuffled';
  return (
    <>
      <Switch
        label="Shuffle the guide"
        aria-label="Shuffle the guide"
        data-testid="shuffle-guide"
        description={controlOf('shuffled').tells(task)}
        checked={shuffled}
        onChange={(event) => onChange(event.currentTarget.checked ? 'shuffled' : null)}
      />
      {!shuffled && (
        <Select
          label="The guide sees"
          aria-label="The guide sees"
          description={kind === null ? 'The same batch as the target.' : controlOf(kind).tells(task)}
          data={[
            { value: DATA, label: 'The data' },
            { value: 'noise', label: images ? 'Smooth noise' : 'Random tokens' },
            ...(images ? [{ value: 'white-noise', label: 'White noise' }] : []),
          ]}
          value={kind ?? DATA}
          onChange={(next) => next && onChange(next === DATA ? null : (next as ControlKind))}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
        />
      )}
    </>
  );
}
