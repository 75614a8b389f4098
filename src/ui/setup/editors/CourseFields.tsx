/** How the weight of a term moves over the run. */
import type { Course, Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { Fields, type FieldSpec } from '../fields/Fields.tsx';
import { choice, number } from '../fields/specs.ts';

/** Each kind as it is chosen first, in a run of so many steps; absent: the whole of it. */
function courses({ base: { steps } }: Experiment): { key: Course['kind']; label: string; value: Course | undefined }[] {
  const part = (share: number) => Math.max(1, Math.round(steps * share));
  return [
    { key: 'whole', label: 'The whole run', value: undefined },
    { key: 'until', label: 'The first steps', value: { kind: 'until', step: part(0.2) } },
    { key: 'between', label: 'Between two steps', value: { kind: 'between', from: part(0.5), to: Math.max(steps, part(0.5) + 1) } },
    { key: 'decay', label: 'Less and less', value: { kind: 'decay', shape: 'linear', steps: part(0.5) } },
    { key: 'every', label: 'Every few steps', value: { kind: 'every', steps: 10 } },
    { key: 'stall', label: 'Until a number stalls', value: { kind: 'stall', of: 'similarity', patience: 3 } },
  ];
}

/** What each kind has to be told. */
const SETTINGS: Readonly<Record<Course['kind'], readonly FieldSpec[]>> = {
  whole: [],
  until: [number('step', 'Until step', 'From then on it is off; with 0 it is there in a warm-up alone.', 10)],
  between: [number('from', 'From step', 'The first step with it.', 10), number('to', 'Until step', 'The first step without it again.', 10)],
  decay: [
    choice('shape', 'Shape', 'How the weight falls to 0; exponentially to a hundredth.', { linear: 'Linear', cosine: 'Cosine', exponential: 'Exponential' }),
    number('steps', 'Over steps', 'From then on it is off.', 10),
  ],
  every: [number('steps', 'Every so many steps', 'At the first step, and then at every one of these.', 1)],
  stall: [
    choice('of', 'Of', 'Each member goes by its own evaluations.', { similarity: 'Similarity', 'validation loss': 'Validation loss' }),
    number('patience', 'Patience', 'Evaluations without a better one, after which it is off.', 1),
  ],
};

/** @param root path of the term */
export function CourseFields({ root, course }: { root: string; course: Course | undefined }) {
  const experiment = useExperiment((state) => state.experiment);
  const kinds: FieldSpec = {
    kind: 'choice',
    path: 'course',
    label: 'When',
    hint: 'In which steps of the run it takes part.',
    list: true,
    keyOf: (value) => (value as Course | undefined)?.kind ?? 'whole',
    choices: courses(experiment),
  };
  return (
    <>
      <Fields root={root} specs={[kinds]} width={300} />
      {course && SETTINGS[course.kind].length > 0 && <Fields root={`${root}.course`} specs={SETTINGS[course.kind]} width={150} />}
    </>
  );
}
