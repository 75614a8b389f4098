import { Button, Checkbox, Group, SegmentedControl, Stack, Text, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { sourcesOf } from '@/experiment/plan/arms.ts';
import type { GuideSpec, ImportedGuideSpec, LoadedGuideSpec, NetworkSpec, TaskSpec } from '@/experiment/schema/schema.ts';
import type { NetworkState } from '@/experiment/recipes/adding.ts';
import { controlRecipe } from '@/experiment/recipes/controlRecipes.ts';
import { controlKind, isStandIn } from '@/experiment/recipes/controls.ts';
import { withRecipe } from '@/experiment/recipes/recipes.ts';
import { useExperiment } from '@/state/experiment.ts';
import { duplicateGuide, guidesLikeThis, removeGuide, withControl, withGuideNetwork, withGuideState } from '@/state/networks.ts';
import { useFocus } from '@/state/focus.ts';
import { count, plural } from '@/ui/words.ts';
import { attempt } from '../parts/attempt.ts';
import { ExampleControls, StandIns } from './ControlFields.tsx';
import { MirrorContext } from '../fields/useField.ts';
import { GuideRecipe } from './GuideRecipe.tsx';
import { NetworkEditor } from './NetworkEditor.tsx';

const EXPLAINED = {
  trained: 'Trained once, then frozen; the same for every seed.',
  untrained: 'Random weights, new for every seed, never trained.',
  imported: 'Out of a file; frozen, and the same for every seed.',
  loaded: 'A network with weights out of a file; frozen, and the same for every seed.',
  control: 'Stands in for a guide, to tell what it is of a guide that helps.',
} as const;

/** What a network out of a file reads and gives. */
function ImportedFacts({ guide: { file, model } }: { guide: ImportedGuideSpec }) {
  const [input, output] = [model.input, model.layers[model.layers.length - 1].shape].map((shape) => shape.join('×'));
  return (
    <Text size="xs" data-testid="imported-facts">
      “{file.name}” reads {model.vocabulary === undefined ? `inputs of ${input}` : `${input} tokens`} and gives {output}: {plural(model.layers.length, 'layer')}{' '}
      that can be read, {count(model.parameters)} parameters.
    </Text>
  );
}

/** Whose weights a guide has, out of a file. */
function LoadedFacts({ guide: { file, network }, task }: { guide: LoadedGuideSpec; task: TaskSpec }) {
  const { title, parameters } = describeNetwork(network, taskShape(task));
  return (
    <Text size="xs" data-testid="loaded-facts">
      The weights “{file.name}” of {title}, {count(parameters)} parameters.
    </Text>
  );
}

/** A guide: its network, whether and how it was trained, or what stands in for it. */
export function GuideEditor({ id, guide, onGone }: { id: string; guide: GuideSpec; onGone: () => void }) {
  const experiment = useExperiment((state) => state.experiment);
  const showGuide = useFocus((state) => state.showGuide);
  const like = guidesLikeThis(experiment, id).filter((other) => other !== id);
  const [together, setTogether] = useState(true);
  const mirrored = together ? like : [];
  const used = experiment.arms.some((arm) => sourcesOf(arm).includes(id));
  const standIn = isStandIn(guide);
  const state = standIn ? 'control' : guide.state;
  const ownFile = guide.state === 'imported' || guide.state === 'loaded';

  /** Change the guide; it may be renamed, and is kept in view. */
  const change = (next: (current: typeof experiment) => typeof experiment) => {
    if (!attempt(next)) return;
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
        aria-label="Kind of guide"
        data={[
          { value: 'trained', label: 'Trained' },
          { value: 'untrained', label: 'Untrained' },
          ...(ownFile ? [{ value: guide.state, label: 'Imported' }] : []),
          { value: 'control', label: 'Control' },
        ]}
        value={state}
        onChange={(next) =>
          change((current) =>
            next === guide.state ? current : next === 'control' ? withControl(current, id, 'identity-gram') : withGuideState(current, id, next as NetworkState),
          )
        }
      />
      <Text size="xs" c="dimmed">
        {EXPLAINED[state]}
      </Text>
      {!used && (
        <Text size="xs" data-testid="guide-unused">
          No arm uses it: {state === 'trained' ? 'it is trained where it is not at hand, and' : 'it is'} only compared with what the arms learn. An arm’s editor
          can choose it; “Remove” leaves it out.
        </Text>
      )}
      {standIn && <StandIns guide={guide} onChange={(kind) => change((current) => withControl(current, id, kind))} />}
      {guide.state === 'trained' && <GuideRecipe id={id} guide={guide} />}
      {guide.state === 'imported' && <ImportedFacts guide={guide} />}
      {guide.state === 'loaded' && <LoadedFacts guide={guide} task={experiment.task} />}
      {'network' in guide && guide.state !== 'loaded' && (
        <MirrorContext value={{ from: `guides.${id}.network`, to: mirrored.map((other) => `guides.${other}.network`) }}>
          <NetworkEditor
            path={`guides.${id}.network`}
            network={guide.network}
            onFamily={(network: NetworkSpec) => void attempt((current) => withGuideNetwork(current, [id, ...mirrored], network))}
          />
        </MirrorContext>
      )}
      {like.length > 0 && (
        <Checkbox
          label={`Change the network of ${like.map((other) => `“${other}”`).join(' and ')} too`}
          description="So that nothing but the rest differs between them."
          checked={together}
          onChange={(event) => setTogether(event.currentTarget.checked)}
        />
      )}
      {!standIn && (
        <ExampleControls kind={controlKind(guide)} task={experiment.task} onChange={(kind) => change((current) => withControl(current, id, kind))} />
      )}
      <Group gap="xs">
        {controlKind(guide) === null && (
          <Tooltip label="An arm like the guided one whose guide is this one, shuffled: a good first control.">
            <Button data-testid="add-shuffled-arm" onClick={() => attempt((current) => withRecipe(current, controlRecipe('shuffled', id)))}>
              Add a shuffled arm
            </Button>
          </Tooltip>
        )}
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
