/** How layers and wires are called in the picture. Apart from graph.ts, which needs React Flow's code. */
import type { TapPair } from '@/experiment/plan/mapping.ts';

export type Side = 'guide' | 'target';

export const nodeId = (side: Side, tap: string): string => `${side}:${tap}`;
export const tapOf = (id: string): string => id.slice(id.indexOf(':') + 1);
export const wireId = ({ guideTap, targetTap }: TapPair): string => `${guideTap} → ${targetTap}`;

/** A layer in the page's own words, as they are said: "layer 1 of the target". */
export const layerWords = (side: Side, label: string): string => `${label} of the ${side}`;
