/** The picture as React Flow's nodes and edges. Sizes and handles are stated, so that nothing has to be measured. */
import { type Edge, type Node, Position } from '@xyflow/react';
import type { TapDescription } from '@/experiment/networks/describe.ts';
import type { TapPair, WeightedPair } from '@/experiment/plan/mapping.ts';
import { rampLevel } from '@/ui/colours.ts';
import { number } from '@/ui/words.ts';
import { layerWords, nodeId, type Side, wireId } from '../parts/ids.ts';
import { layoutColumn, nameSize, type Rect, wiresHaveRoom } from './layout.ts';

export type LayerData = {
  side: Side;
  tap: TapDescription;
  index: number;
  named: boolean;
  /** Mean CKA of the layer's pairs; null when it has none, or nothing was measured. */
  similarity: number | null;
  /** What can be read on its colour. */
  ink: string | undefined;
  mapped: boolean;
  height: number;
  /** Font size of its name. */
  nameSize: number;
  /** The layers at the other end of its wires, in words. */
  partners: string[];
};
export type LayerNode = Node<LayerData, 'layer'>;

export type WireData = {
  pair: TapPair;
  similarity: number | null;
  /** What stands on the wire: its similarity, its weight where that is not 1; empty where there is nothing to tell. */
  text: string;
  /** What a pointer that rests on it reads. */
  title: string;
  /** Show that text whether or not a pointer rests on it. */
  labelled: boolean;
  thin: boolean;
};
export type WireEdge = Edge<WireData, 'wire'>;

export interface Picture {
  guideTaps: readonly TapDescription[];
  targetTaps: readonly TapDescription[];
  pairs: readonly WeightedPair[];
  similarity: (pair: TapPair) => number | null;
  /** What can be read on each step of the ramp; absent while that is not known. */
  inks: readonly string[] | undefined;
  width: number;
  height: number;
  /** Of type: 1 where it has its usual size. */
  scale: number;
}

const mean = (values: number[]): number | null => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);

const number2 = (value: number | null) => (value === null ? '' : `, CKA ${value.toFixed(2)}`);

/** "0.43 ×2" */
const onWire = (similarity: number | null, weight: number): string =>
  [...(similarity === null ? [] : [similarity.toFixed(2)]), ...(weight === 1 ? [] : [`×${number(weight)}`])].join(' ');

/** ", weight 2, CKA 0.43" */
const ofWire = (similarity: number | null, weight: number): string => `${weight === 1 ? '' : `, weight ${number(weight)}`}${number2(similarity)}`;

export function buildGraph({ guideTaps, targetTaps, pairs, similarity, inks, width, height, scale }: Picture): {
  nodes: LayerNode[];
  edges: WireEdge[];
} {
  const labels = new Map([
    ...guideTaps.map((t) => [nodeId('guide', t.name), t.label] as const),
    ...targetTaps.map((t) => [nodeId('target', t.name), t.label] as const),
  ]);
  const similarities = pairs.map(similarity);
  const left = layoutColumn(guideTaps.length, 'left', width, height, scale);
  const right = layoutColumn(targetTaps.length, 'right', width, height, scale);

  const layer = (side: Side, tap: TapDescription, index: number, rect: Rect, named: boolean): LayerNode => {
    const own = pairs
      .map((pair, i) => ({ pair, value: similarities[i] }))
      .filter(({ pair }) => (side === 'guide' ? pair.guideTap : pair.targetTap) === tap.name);
    const alike = mean(own.flatMap(({ value }) => (value === null ? [] : [value])));
    const size = { width: rect.width, height: rect.height };
    return {
      id: nodeId(side, tap.name),
      type: 'layer',
      position: { x: rect.x, y: rect.y },
      ...size,
      measured: size,
      handles: [
        {
          type: side === 'guide' ? 'source' : 'target',
          position: side === 'guide' ? Position.Right : Position.Left,
          x: 0,
          y: 0,
          ...size,
        },
      ],
      data: {
        side,
        tap,
        index,
        named,
        height: rect.height,
        nameSize: nameSize(rect.height, scale),
        mapped: own.length > 0,
        similarity: alike,
        ink: alike === null ? undefined : inks?.[rampLevel(alike)],
        partners: own.map(({ pair }) =>
          side === 'guide'
            ? layerWords('target', labels.get(nodeId('target', pair.targetTap)) ?? '')
            : layerWords('guide', labels.get(nodeId('guide', pair.guideTap)) ?? ''),
        ),
      },
    };
  };

  const nodes = [
    ...guideTaps.map((tap, i) => layer('guide', tap, i, left.rects[i], left.named)),
    ...targetTaps.map((tap, i) => layer('target', tap, i, right.rects[i], right.named)),
  ];
  const guideY = new Map(guideTaps.map((tap, i) => [tap.name, left.rects[i].y]));
  const haveRoom = (some: readonly WeightedPair[]) => wiresHaveRoom(some.map((pair) => guideY.get(pair.guideTap) ?? 0));
  const labelled = haveRoom(pairs);
  const weightsLabelled = labelled || haveRoom(pairs.filter(({ weight }) => weight !== 1));
  const edges = pairs.map((pair, i): WireEdge => {
    const source = nodeId('guide', pair.guideTap);
    const target = nodeId('target', pair.targetTap);
    const told = ofWire(similarities[i], pair.weight);
    return {
      id: wireId(pair),
      type: 'wire',
      source,
      target,
      ariaLabel: `Pair: ${layerWords('guide', labels.get(source) ?? '')}, ${layerWords('target', labels.get(target) ?? '')}${told}`,
      interactionWidth: labelled ? 14 : 7,
      data: {
        pair,
        similarity: similarities[i],
        text: onWire(similarities[i], pair.weight),
        labelled: pair.weight === 1 ? labelled : weightsLabelled,
        thin: !labelled,
        title: `${labels.get(source)} → ${labels.get(target)}${told}. Click to look at it.`,
      },
    };
  });
  return { nodes, edges };
}
