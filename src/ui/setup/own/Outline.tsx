import type { ReactNode } from 'react';
import type { LayerName } from '@/experiment/custom/grammar.ts';
import type { Statement } from '@/experiment/custom/parse.ts';
import { flatLayers, type NetworkPlan, type PlannedLayer } from '@/experiment/custom/planned.ts';
import classes from './own.module.css';

type Kind = 'weights' | 'norm' | 'plain';
const KINDS: Partial<Record<LayerName, Kind>> = {
  conv: 'weights',
  dense: 'weights',
  attention: 'weights',
  rnn: 'weights',
  gru: 'weights',
  lstm: 'weights',
  embed: 'weights',
  batchnorm: 'norm',
  layernorm: 'norm',
};

/** What a line says behind its layer's name. */
function details({ units, window, stride = 1, heads, causal, rate, cell, positions, label }: Statement): string {
  return [
    units,
    window && `${window}×${window}`,
    stride > 1 && `stride ${stride}`,
    heads && `${heads} ${heads === 1 ? 'head' : 'heads'}`,
    causal && 'causal',
    rate,
    cell,
    positions,
    label,
  ]
    .filter(Boolean)
    .join(' ');
}

const shapeOf = (layer: PlannedLayer | undefined): string => layer?.output.shape.join('×') ?? '';
const BLOCKS: Partial<Record<LayerName, (statement: Statement) => string>> = {
  repeat: ({ times }) => `${times} ×`,
  residual: () => 'residual',
  skip: () => 'skip',
};

/** Bars are as long as the logarithm of the number of values. */
const lengthOf = (layer: PlannedLayer | undefined): number => (layer ? Math.log2(1 + layer.output.shape.reduce((a, b) => a * b, 1)) : 0);

/** A network's text drawn layer by layer: what each gives, blocks as brackets. Shapes are those of the last repetition. */
export function Outline({ plan }: { plan: NetworkPlan }) {
  const last = new Map(flatLayers(plan.layers).map((layer) => [layer.statement, layer]));
  const longest = Math.max(1, ...[...last.values()].map(lengthOf));

  const draw = (statement: Statement): ReactNode => {
    const layer = last.get(statement);
    const { line } = statement.place;
    const block = BLOCKS[statement.layer];
    if (block) {
      return (
        <li key={line} className={classes.block}>
          <span className={classes.blockName}>{block(statement)}</span>
          <ul>{statement.body.map(draw)}</ul>
          {statement.layer === 'residual' && (
            <span className={classes.sum}>
              + what came in <span className={classes.shape}>{shapeOf(layer)}</span>
            </span>
          )}
        </li>
      );
    }
    return (
      <li key={line} className={classes.layer} data-kind={KINDS[statement.layer] ?? 'plain'} data-missing={!layer || undefined}>
        <span className={classes.bar} style={{ width: `${Math.round((100 * lengthOf(layer)) / longest)}%` }} aria-hidden />
        <span className={classes.name}>
          {statement.layer} <span className={classes.details}>{details(statement)}</span>
        </span>
        <span className={classes.shape}>{shapeOf(layer)}</span>
      </li>
    );
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
    <section className={classes.outline} aria-label="Outline of the network" data-testid="outline" tabIndex={0}>
      <ul>{plan.statements.map(draw)}</ul>
    </section>
  );
}
