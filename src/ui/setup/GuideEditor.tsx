import {
  Button,
  Checkbox,
  Collapse,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { guidesInUse } from '@/experiment/plan.ts';
import type { GuideSpec, NetworkSpec, TrainedGuideSpec } from '@/experiment/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { duplicateGuide, guidesLikeThis, removeGuide, withGuideNetwork, withGuideState } from '@/state/networks.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { useView } from '@/state/view.ts';
import { number, optimiserName, scheduleName } from '@/ui/words.ts';
import { attempt } from './attempt.ts';
import { Fields } from './fields/Fields.tsx';
import { MirrorContext } from './fields/useField.ts';
import { NetworkEditor } from './NetworkEditor.tsx';
import { recipeFields } from './specs.ts';

/** How a trained guide was trained, and whether to do it here. */
function Recipe({ id, guide }: { id: string; guide: TrainedGuideSpec }) {
  const [open, { toggle }] = useDisclosure(false);
  const here = useRun((state) => state.retrain.includes(id));
  const { training } = guide;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap={6}>
      <UnstyledButton onClick={toggle} aria-expanded={open} fz="sm">
        <Group gap={4} wrap="nowrap">
          <Chevron size={14} aria-hidden />
          <Text span size="sm" fw={500}>
            Recipe
          </Text>
          <Text span size="xs" c="dimmed" truncate>
            {number(training.steps)} steps of {training.batchSize}, {optimiserName(training.optimiser)}{' '}
            {number(training.learningRate)}, {scheduleName(training.schedule)}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Fields root={`guides.${id}.training`} specs={recipeFields(guide)} width={150} />
      </Collapse>
      <Tooltip label="The page brings this guide or keeps it from an earlier run; train it again to see it learn.">
        <Checkbox
          label="Train it here instead, in the next run"
          checked={here}
          onChange={() => session.trainGuideHere(id)}
        />
      </Tooltip>
    </Stack>
  );
}

/** A guide: its network, whether and how it was trained. */
export function GuideEditor({ id, guide, onGone }: { id: string; guide: GuideSpec; onGone: () => void }) {
  const experiment = useExperiment((state) => state.experiment);
  const showGuide = useView((state) => state.showGuide);
  const like = guidesLikeThis(experiment, id).filter((other) => other !== id);
  const [together, setTogether] = useState(true);
  const mirrored = together ? like : [];
  const used = guidesInUse(experiment).includes(id);

  const setState = (state: GuideSpec['state']) => {
    if (!attempt((current) => withGuideState(current, id, state))) return;
    // It may have been renamed: keep it in view.
    const ids = Object.keys(useExperiment.getState().experiment.guides);
    showGuide(ids[Object.keys(experiment.guides).indexOf(id)] ?? id);
  };
  const addLike = () => {
    const added = duplicateGuide(experiment, id);
    if (attempt(() => added.experiment)) showGuide(added.guide);
  };

  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Training of the guide"
        data={[
          { value: 'trained', label: 'Trained' },
          { value: 'untrained', label: 'Untrained' },
        ]}
        value={guide.state}
        onChange={(state) => setState(state as GuideSpec['state'])}
      />
      <Text size="xs" c="dimmed">
        {guide.state === 'trained'
          ? 'Trained once on this task, then frozen; the same for every seed.'
          : 'Random weights, new for every seed, never trained.'}
      </Text>
      {guide.state === 'trained' && <Recipe id={id} guide={guide} />}
      <MirrorContext value={{ from: `guides.${id}.network`, to: mirrored.map((other) => `guides.${other}.network`) }}>
        <NetworkEditor
          path={`guides.${id}.network`}
          network={guide.network}
          onFamily={(network: NetworkSpec) =>
            void attempt((current) => withGuideNetwork(current, [id, ...mirrored], network))
          }
        />
      </MirrorContext>
      {like.length > 0 && (
        <Checkbox
          label={`Change the network of ${like.map((other) => `“${other}”`).join(' and ')} too`}
          description="So that only the training differs between them."
          checked={together}
          onChange={(event) => setTogether(event.currentTarget.checked)}
        />
      )}
      <Group gap="xs">
        <Button onClick={addLike}>Add a guide like this</Button>
        <Tooltip label="An arm uses it." disabled={!used}>
          <Button
            data-disabled={used || undefined}
            aria-disabled={used}
            onClick={() => {
              if (!used && attempt((current) => removeGuide(current, id))) onGone();
            }}
          >
            Remove
          </Button>
        </Tooltip>
      </Group>
    </Stack>
  );
}
