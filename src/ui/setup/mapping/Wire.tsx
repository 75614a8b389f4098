import { BaseEdge, type ConnectionLineComponentProps, type EdgeProps, getBezierPath } from '@xyflow/react';
import { type CSSProperties, memo } from 'react';
import { useExperiment } from '@/state/experiment.ts';
import { focusOf, useFocus } from '@/state/focus.ts';
import { armColour } from '@/ui/colours.ts';
import type { LayerNode, WireEdge } from './graph.ts';
import classes from './mapping.module.css';

/** Where along the wire its number stands: near the guide, where wires are furthest apart. */
const LABEL_AT = 0.24;

/** Point of the cubic from (x0, y0) to (x1, y1) whose control points are level with its ends. */
function pointAt(t: number, x0: number, y0: number, x1: number, y1: number): [number, number] {
  const c = (x1 - x0) / 2;
  const u = 1 - t;
  const x = u ** 3 * x0 + 3 * u * u * t * (x0 + c) + 3 * u * t * t * (x1 - c) + t ** 3 * x1;
  const y = u ** 3 * y0 + 3 * u * u * t * y0 + 3 * u * t * t * y1 + t ** 3 * y1;
  return [x, y];
}

/** Pixels of a wire whose layers are not alike at all, and how much more of one whose layers are the same; of many wires, less. */
const THICKNESS = { plain: [1.2, 4.3], thin: [0.7, 2.1] } as const;
const UNMEASURED = { plain: 2, thin: 1.2 } as const;

/** How thick a wire is: the similarity of its two layers. */
export function wireWidth(similarity: number | null, thin: boolean): number {
  const kind = thin ? 'thin' : 'plain';
  if (similarity === null) return UNMEASURED[kind];
  const [least, more] = THICKNESS[kind];
  return least + more * Math.min(1, Math.max(0, similarity));
}

/** The arm whose similarities the picture shows. */
function useShownArm(): string | null {
  const arm = useFocus((state) => state.arm);
  const guide = useFocus((state) => state.guide);
  return useExperiment(({ experiment }) => focusOf(experiment, { arm, guide })?.arm ?? null);
}

/** A pair: its colour is the arm's whose similarity it shows, its thickness that similarity now. */
export const Wire = memo(function Wire(props: EdgeProps<WireEdge>) {
  const { sourceX, sourceY, targetX, targetY, data } = props;
  const [path] = getBezierPath({ ...props, curvature: 0.5 });
  const arm = useShownArm();
  const similarity = data?.similarity ?? null;
  const [x, y] = pointAt(LABEL_AT, sourceX, sourceY, targetX, targetY);
  return (
    <>
      <title>{data?.title}</title>
      <BaseEdge
        path={path}
        interactionWidth={props.interactionWidth}
        className={classes.wire}
        style={
          {
            '--wire-colour': similarity === null || arm === null ? 'var(--wire)' : armColour(arm),
            strokeWidth: wireWidth(similarity, data?.thin ?? false),
          } as CSSProperties
        }
      />
      {data?.text && (
        <text x={x} y={y + 3.5} className={classes.wireLabel} data-always={data.labelled || undefined}>
          {data.text}
        </text>
      )}
    </>
  );
});

/** The wire being drawn: from the layer's edge, as it will lie, although all of the layer is its handle. */
export function WireBeingDrawn({ fromNode, fromY, fromPosition, toX, toY, toPosition }: ConnectionLineComponentProps<LayerNode>) {
  const sourceX = fromNode.data.side === 'guide' ? fromNode.position.x + (fromNode.width ?? 0) : fromNode.position.x;
  const [path] = getBezierPath({
    sourceX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
    curvature: 0.5,
  });
  return <path className="react-flow__connection-path" d={path} fill="none" />;
}
