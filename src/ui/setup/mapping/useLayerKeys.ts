/**
 * The picture by keyboard. Up and down move within a column; Enter on a guide layer starts a wire and goes to the
 * target, where Enter connects and Escape returns; Enter on a wire opens it; Delete on a layer or wire removes its pairs.
 */
import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { TapPair } from '@/experiment/plan/mapping.ts';
import { nodeId, type Side, tapOf, wireId } from '../parts/ids.ts';

interface LayerKeys {
  guideTaps: readonly string[];
  targetTaps: readonly string[];
  pairs: readonly TapPair[];
  connect: (pair: TapPair) => void;
  remove: (pairs: readonly TapPair[]) => void;
  open: (pair: TapPair) => void;
}

export interface LayerKeyState {
  /** The guide layer from which a wire is being drawn. */
  start: string | null;
  /** What just happened, for a live region. */
  message: string;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function useLayerKeys(root: RefObject<HTMLElement | null>, keys: LayerKeys): LayerKeyState {
  const [start, setStart] = useState<string | null>(null);
  const [message, setMessage] = useState('');

  const focus = (side: Side, tap: string | undefined) => {
    if (tap === undefined) return;
    root.current?.querySelector<HTMLElement>(`[data-layer="${CSS.escape(nodeId(side, tap))}"]`)?.focus();
  };

  const onLayer = (event: KeyboardEvent, side: Side, tap: string) => {
    const column = side === 'guide' ? keys.guideTaps : keys.targetTaps;
    const at = column.indexOf(tap);
    const ofLayer = keys.pairs.filter((pair) => (side === 'guide' ? pair.guideTap : pair.targetTap) === tap);
    // The target layer that a guide layer is wired to, or the one level with it.
    const across = ofLayer[0]?.targetTap ?? keys.targetTaps[Math.round((at / Math.max(1, column.length - 1)) * (keys.targetTaps.length - 1))];
    switch (event.key) {
      case 'ArrowDown':
        focus(side, column[Math.min(column.length - 1, at + 1)]);
        break;
      case 'ArrowUp':
        focus(side, column[Math.max(0, at - 1)]);
        break;
      case 'Home':
        focus(side, column[0]);
        break;
      case 'End':
        focus(side, column.at(-1));
        break;
      case 'ArrowRight':
        if (side === 'guide') focus('target', across);
        break;
      case 'ArrowLeft':
        if (side === 'target') focus('guide', start ?? ofLayer[0]?.guideTap ?? keys.guideTaps[0]);
        break;
      case 'Enter':
      case ' ':
        if (side === 'guide') {
          setStart(tap);
          setMessage('choose a target layer with the arrow keys. Enter connects, Escape gives up.');
          focus('target', across);
        } else if (start !== null) {
          keys.connect({ guideTap: start, targetTap: tap });
          setMessage('Connected.');
          setStart(null);
        }
        break;
      case 'Escape':
        if (start !== null) focus('guide', start);
        setStart(null);
        setMessage('');
        break;
      case 'Delete':
      case 'Backspace':
        keys.remove(ofLayer);
        setMessage(ofLayer.length > 0 ? 'Removed.' : 'Nothing to remove.');
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const element = event.target as Element;
    const layer = element.closest<HTMLElement>('[data-layer]')?.dataset.layer;
    if (layer) return onLayer(event, layer.startsWith('guide:') ? 'guide' : 'target', tapOf(layer));
    const wire = element.closest<HTMLElement>('.react-flow__edge')?.dataset.id;
    if (!wire || !['Enter', ' ', 'Delete', 'Backspace'].includes(event.key)) return;
    const pair = keys.pairs.find((p) => wireId(p) === wire);
    if (!pair) return;
    event.preventDefault();
    if (event.key === 'Enter' || event.key === ' ') return keys.open(pair);
    keys.remove([pair]);
    setMessage('Removed.');
    // The wire is gone: go on from the layer it started at.
    focus('guide', pair.guideTap);
  };

  return { start, message, onKeyDown };
}
