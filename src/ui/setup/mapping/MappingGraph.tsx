import { type Connection, type Edge, ReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useMemo, useRef } from 'react';
import type { TapDescription } from '@/experiment/networks/describe.ts';
import type { TapPair, WeightedPair } from '@/experiment/plan/mapping.ts';
import { usePalette } from '@/ui/usePalette.ts';
import { buildGraph } from './graph.ts';
import { tapOf } from '../parts/ids.ts';
import { Layer } from './Layer.tsx';
import classes from './mapping.module.css';
import { useLayerKeys } from './useLayerKeys.ts';
import { Wire, WireBeingDrawn } from './Wire.tsx';
import { WiringFrom, WiringNote } from './WiringNote.tsx';

export interface MappingGraphProps {
  guideTaps: readonly TapDescription[];
  targetTaps: readonly TapDescription[];
  pairs: readonly WeightedPair[];
  similarity: (pair: TapPair) => number | null;
  width: number;
  height: number;
  onConnect: (pair: TapPair) => void;
  onRemove: (pairs: readonly TapPair[]) => void;
  /** Look at a pair. */
  onOpen: (pair: TapPair) => void;
}

const NODE_TYPES = { layer: Layer };
const EDGE_TYPES = { wire: Wire };
/** It fills its place and does not move: no panning, no zooming. */
const VIEWPORT = { x: 0, y: 0, zoom: 1 };
const WORDS = { 'edge.a11yDescription.default': 'Press Enter to look at this pair, Delete to remove it.' };

/** How much larger than usual type is (theme.css); it changes with the window, and so with the picture's size. */
const typeScale = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

const fromGuideToTarget = ({ source, target }: Connection | Edge): boolean => source.startsWith('guide:') && target.startsWith('target:');

/** Guide layers left, target layers right, a wire for every pair. Wires can be drawn, and open by a click. */
export function MappingGraph({ guideTaps, targetTaps, pairs, similarity, width, height, onConnect, onRemove, onOpen }: MappingGraphProps) {
  const root = useRef<HTMLDivElement>(null);
  // Named for whoever looks, no stop on the keyboard's way to Run.
  useEffect(() => {
    root.current?.querySelector('.react-flow__attribution a')?.setAttribute('tabindex', '-1');
  }, []);
  const inks = usePalette()?.inks;
  const { nodes, edges } = useMemo(
    () => buildGraph({ guideTaps, targetTaps, pairs, similarity, inks, width, height, scale: typeScale() }),
    [guideTaps, targetTaps, pairs, similarity, inks, width, height],
  );
  const { start, message, onKeyDown } = useLayerKeys(root, {
    guideTaps: guideTaps.map((tap) => tap.name),
    targetTaps: targetTaps.map((tap) => tap.name),
    pairs,
    connect: onConnect,
    remove: onRemove,
    open: onOpen,
  });
  return (
    <WiringFrom value={start}>
      <div ref={root} data-picture onKeyDownCapture={onKeyDown} style={{ position: 'relative', width, height }}>
        <ReactFlow
          className={classes.flow}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          width={width}
          height={height}
          defaultViewport={VIEWPORT}
          minZoom={1}
          maxZoom={1}
          nodesDraggable={false}
          nodesFocusable={false}
          elementsSelectable={false}
          edgesFocusable
          panOnDrag={false}
          panOnScroll={false}
          zoomOnScroll={false}
          zoomOnPinch={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          autoPanOnConnect={false}
          autoPanOnNodeFocus={false}
          connectionLineComponent={WireBeingDrawn}
          connectionRadius={Math.max(12, Math.min(24, height / 8))}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          zoomActivationKeyCode={null}
          isValidConnection={fromGuideToTarget}
          onConnect={({ source, target }) => onConnect({ guideTap: tapOf(source), targetTap: tapOf(target) })}
          onEdgeClick={(_, edge) => {
            if (edge.data) onOpen(edge.data.pair);
          }}
          ariaLabelConfig={WORDS}
          aria-label="Picture of the mapping: guide layers left, target layers right"
          attributionPosition="bottom-center"
        />
        <WiringNote from={guideTaps.find((tap) => tap.name === start)?.label ?? null} message={message} />
      </div>
    </WiringFrom>
  );
}

export default MappingGraph;
