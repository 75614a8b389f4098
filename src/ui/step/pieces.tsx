/** What happens in a step after its batch: matrices, similarity, loss, update. */
import { MEASURE_HINTS } from '@/experiment/schema/measureHints.ts';
import { measureLabel, measureTex } from '@/experiment/schema/measures.ts';
import { number, plural } from '@/ui/words.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { batchWords, fixed, namesOfClasses, percent, shownWords } from './figures.ts';
import { MatrixCanvas } from './MatrixCanvas.tsx';
import { Piece, type PieceProps } from './Piece.tsx';
import classes from './step.module.css';

/** Of a matrix, in rem. */
const SIDE = 7;

/** The guide's and the target's matrix, beside each other. */
export function MatricesPiece({ inspection, experiment }: PieceProps) {
  const { matrices } = inspection;
  const palette = usePalette();
  if (!matrices) {
    return (
      <Piece
        title="Two layers"
        says="A guide’s layer and the target’s, by how alike they find every two examples."
        note="There is no pair of layers to compare."
      >
        –
      </Piece>
    );
  }
  const names = namesOfClasses(inspection, experiment);
  return (
    <Piece
      title={matrices.kind === 'products' ? 'Two Gram matrices' : 'Two matrices of distances'}
      says={
        matrices.kind === 'products'
          ? 'How alike a layer finds every two examples: the products of their activations. Two layers of different widths can be compared by them.'
          : 'How far apart a layer finds every two examples, drawn so that near ones are strong. Two layers of different widths can be compared by them.'
      }
      tex={matrices.kind === 'products' ? `K = ${matrices.centred ? 'H' : ''}XX^\\top${matrices.centred ? 'H' : ''}` : 'D_{ij} = \\lVert x_i - x_j\\rVert^2'}
      note={shownWords(matrices, 'the batch')}
      testId="step-matrices"
    >
      <div className={classes.pair}>
        {(
          [
            ['guide', matrices.guide],
            ['target', matrices.target.matrix],
          ] as const
        ).map(([whose, matrix], i) => (
          <figure key={whose} className={classes.figure}>
            <MatrixCanvas matrix={matrix} of={matrices} names={names} size={SIDE} label={`The ${whose}’s layer`} named={i === 0} palette={palette} />
            <figcaption>{whose}</figcaption>
          </figure>
        ))}
      </div>
    </Piece>
  );
}

/** One minus the similarity: what guidance makes smaller. */
export function SimilarityPiece({ inspection: { matrices, alignment } }: PieceProps) {
  if (!matrices) {
    return (
      <Piece title="1 − similarity" says="What guidance makes smaller." note="Nothing is compared.">
        –
      </Piece>
    );
  }
  const { measure, target } = matrices;
  const hint = MEASURE_HINTS[measure.name];
  const [label, tex] = [measureLabel(measure), measureTex(measure)];
  const pairs = alignment?.pairs ?? [];
  const byMap = pairs.some((pair) => pair.byMap);
  const sum = pairs.reduce((all, { similarity }) => all + 1 - similarity, 0);
  return (
    <Piece
      title={`1 − ${label}`}
      says={
        byMap
          ? `${hint} This arm learns by a map from layer to layer that is trained along, and compares no matrices.`
          : `${hint} Guidance makes 1 − ${label} smaller: it pulls the target’s matrix towards the guide’s.`
      }
      tex={`1 - ${tex}(K, L)`}
      note={
        !alignment
          ? 'compared only: this arm’s loss has no such term in this step'
          : byMap
            ? `compared only: the loss takes 1 − R² of a learnt map, ${fixed(sum)} over ${plural(pairs.length, 'pair')}`
            : pairs.length === 1
              ? batchWords(matrices)
              : `${batchWords(matrices)}; ${plural(pairs.length, 'pair')} add up to ${fixed(sum)}`
      }
      testId="step-similarity"
    >
      <span className={classes.sum}>
        1 − <span data-testid="step-similarity-value">{fixed(target.batch)}</span>
      </span>
      <strong className={classes.result} data-testid="step-dissimilarity">
        = {fixed(1 - target.batch)}
      </strong>
    </Piece>
  );
}

/** Task loss and the weighted alignment loss: what the optimiser makes smaller. */
export function LossPiece({ inspection: { taskLoss, alignment, total }, experiment, inspection }: PieceProps) {
  const pairs = alignment?.pairs.length ?? 0;
  const weight = alignment?.weight ?? null;
  const arm = experiment.arms.find(({ id }) => id === inspection.question.arm);
  return (
    <Piece
      title="Loss"
      says="The task’s cross-entropy on this batch, and the weight of guidance times what the pairs add up to. Both as the curves record them, before the update."
      tex="\\mathcal{L} = \\mathcal{L}_{\\text{task}} + \\alpha \\sum (1 - s)"
      note={
        total === null
          ? `the other terms of ${arm?.name ?? 'the arm'} come on top, and are not recorded`
          : alignment
            ? 'task loss + weight × (1 − similarity)'
            : 'the task’s loss alone'
      }
      testId="step-loss"
    >
      <span className={classes.sum}>
        <span data-testid="step-task-loss">{fixed(taskLoss)}</span>
        {alignment && (
          <>
            {' + '}
            {weight !== null && (
              <>
                <span data-testid="step-weight">{number(weight)}</span>
                {' × '}
              </>
            )}
            <span
              data-testid="step-pairs-sum"
              title={pairs > 1 ? `over ${plural(pairs, 'pair')}${weight === null ? ', each with its weight' : ''}` : undefined}
            >
              {fixed(alignment.loss / (weight ?? 1))}
            </span>
          </>
        )}
      </span>
      {total !== null && (
        <strong className={classes.result} data-testid="step-total">
          = {fixed(total)}
        </strong>
      )}
    </Piece>
  );
}

/** How far all of the weights move. */
export function UpdatePiece({ inspection: { update, taken, divergedAt } }: PieceProps) {
  const { change, weights, learningRate } = update;
  return (
    <Piece
      title="Update"
      says="How far this step moves all weights and biases together: the length of the change, beside the length of what is changed."
      tex="\\lVert \\Delta W\\rVert \\,/\\, \\lVert W\\rVert"
      note={divergedAt !== null ? 'it is frozen' : `${taken ? 'all weights moved' : 'all weights would move'}, at learning rate ${number(learningRate)}`}
      testId="step-update"
    >
      <strong className={classes.result}>{percent(change / weights)}</strong>
      <span className={classes.sum}>
        {fixed(change)} of {fixed(weights)}
      </span>
    </Piece>
  );
}
