import { BaseEdge, type ConnectionLineComponentProps, type EdgeProps, getBezierPath } from '@xyflow/react';
import { type CSSProperties, memo } from 'react';
import { similarityColour } from '@/ui/colours.ts';
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

/** A pair: its colour is the similarity of the two layers now. */
export const Wire = memo(function Wire(props: EdgeProps<WireEdge>) {
  const { sourceX, sourceY, targetX, targetY, data } = props;
  const [path] = getBezierPath({ ...props, curvature: 0.5 });
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
            '--wire-colour': similarity === null ? 'var(--wire)' : similarityColour(0.15 + 0.85 * similarity),
            strokeWidth: data?.thin ? 1.4 : 2.4,
          } as CSSProperties
        }
      />
      {similarity !== null && (
        <text x={x} y={y + 3.5} className={classes.wireLabel} data-always={data?.labelled || undefined}>
          {similarity.toFixed(2)}
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
