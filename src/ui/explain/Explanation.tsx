import { Anchor, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { armTex, armWords } from '@/experiment/armWords.ts';
import { rootOf } from '@/experiment/plan/fork.ts';
import { useExperiment } from '@/state/experiment.ts';
import { armColour } from '../colours.ts';
import classes from './explain.module.css';
import { Formula } from './Formula.tsx';

const CKA = '\\mathrm{CKA}(X,Y)=\\frac{\\lVert Y^{\\top}X\\rVert_F^2}{\\lVert X^{\\top}X\\rVert_F\\,\\lVert Y^{\\top}Y\\rVert_F}';
const CHANCE = '\\frac{\\operatorname{tr}\\tilde K\\,\\operatorname{tr}\\tilde L}{(n-1)\\,\\lVert\\tilde K\\rVert_F\\lVert\\tilde L\\rVert_F}';

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <Title order={3} size="h2">
        {title}
      </Title>
      {children}
    </section>
  );
}

export default function Explanation() {
  const experiment = useExperiment((state) => state.experiment);
  const { arms } = experiment;
  const different = arms
    .map((arm) => ({ ...rootOf(experiment, arm), name: arm.name }))
    .filter(({ init, start }) => init !== undefined || start !== undefined)
    .map(({ name }) => name);
  return (
    <Stack gap="lg" className={classes.text}>
      <Part title="The idea">
        <p>
          A network that is hard to train, the <b>target</b>, learns its task and at the same time is asked to represent things as another network does, the{' '}
          <b>guide</b>. The guide is frozen: it may have been trained on the task, or have random weights, in which case only its architecture can help.
        </p>
      </Part>
      <Part title="What each arm minimises">
        <p>
          All arms of one seed see the same batches and start from the same weights, unless an arm has initial weights of its own
          {different.length > 0 && ` (here: ${different.join(', ')})`}. What differs is the loss, and what stands beside it:
        </p>
        {arms.map((arm) => (
          <div key={arm.id} className={classes.arm}>
            <Text size="sm" fw={600} style={{ color: armColour(arm.id) }}>
              {arm.name}
            </Text>
            <Text size="sm" c="dimmed">
              {armWords(experiment, arm)}
            </Text>
            <Formula tex={armTex(experiment, arm)} />
          </div>
        ))}
        <p>
          <Formula inline tex="\mathrm{CE}" /> is the cross-entropy with the true classes; <Formula inline tex="M" /> the mapping, its pairs{' '}
          <Formula inline tex="(i,j)" /> of a guide layer and a target layer.
        </p>
      </Part>
      <Part title="How alike two layers are: CKA">
        <p>
          Linear centred kernel alignment compares two layers by the similarities they see between the same <Formula inline tex="n" /> examples. With the
          activations <Formula inline tex="X" /> and <Formula inline tex="Y" /> centred,
        </p>
        <Formula tex={CKA} />
        <p>
          It is 1 when the layers agree up to rotation and scale, and it does not mind that they differ in width. It ignores scale altogether, so a layer can be
          aligned perfectly and still be too small or too large for the next one to read.
        </p>
      </Part>
      <Part title="Chance level">
        <p>
          With few examples and many features even unrelated layers look alike. The chance level is the mean CKA over every reordering of the examples, and it
          is exact:
        </p>
        <Formula tex={CHANCE} />
        <p>
          with <Formula inline tex="\tilde K" /> and <Formula inline tex="\tilde L" /> the centred Gram matrices. A wire means something where its CKA is well
          above this.
        </p>
      </Part>
      <Part title="Reading the result">
        <p>
          One seed supports no claim and two are too few. From three seeds on, the difference to the arm that the question compares with is given with its 95 %
          interval, paired by seed; differences within the noise are called that.
        </p>
        <p>
          The method:{' '}
          <Anchor href="https://arxiv.org/abs/2410.20035" target="_blank" rel="noreferrer">
            Training the Untrainable: Introducing Inductive Bias via Representational Alignment
          </Anchor>{' '}
          (arXiv 2410.20035).
        </p>
      </Part>
    </Stack>
  );
}
