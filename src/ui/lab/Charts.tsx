/** The four panels beside the picture: what was learnt, how alike the layers became, at what loss, layer by layer. */
import { type ComponentType, lazy, Suspense } from 'react';
import { CURVES_ID } from '../run/places.ts';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import classes from './lab.module.css';

// Recharts is the heaviest part of the page, and there is nothing to draw before the first run. One piece: they come together.
const charts = () => import('../charts/index.ts');

const PANELS: readonly { part: string; Panel: ComponentType }[] = [
  { part: 'accuracy', Panel: lazy(async () => ({ default: (await charts()).MetricChart })) },
  { part: 'similarity', Panel: lazy(async () => ({ default: (await charts()).SimilarityChart })) },
  { part: 'loss', Panel: lazy(async () => ({ default: (await charts()).LossChart })) },
  { part: 'layers', Panel: lazy(async () => ({ default: (await import('../compare/LayersPanel.tsx')).LayersPanel })) },
];

export function Charts() {
  return (
    <div className={classes.charts} data-testid="curves">
      {PANELS.map(({ part, Panel }) => (
        <div
          key={part}
          className={classes.cell}
          data-part={part}
          id={part === 'accuracy' ? CURVES_ID : undefined}
          tabIndex={part === 'accuracy' ? -1 : undefined}
        >
          <ErrorBoundary part={`The chart of ${part}`}>
            <Suspense>
              <Panel />
            </Suspense>
          </ErrorBoundary>
        </div>
      ))}
    </div>
  );
}
