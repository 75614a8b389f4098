import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo, use } from 'react';
import { similarityColour } from '@/ui/colours.ts';
import { number } from '@/ui/words.ts';
import { layerWords } from '../parts/ids.ts';
import type { LayerData, LayerNode } from './graph.ts';
import classes from './mapping.module.css';
import { WiringFrom } from './WiringNote.tsx';
import marks from './wiring.module.css';

/** "8×8×32 = 2,048 features" */
const size = ({ tap }: LayerData): string => `${tap.shape.length > 1 ? `${tap.shape.join('×')} = ` : ''}${number(tap.features)} features`;

/** "block 2, conv 1: 8×8×32 = 2,048 features" */
const inWords = (data: LayerData): string => `${data.tap.label}: ${size(data)}`;

/** As it is said: "block 2, conv 1 of the guide: …; paired with layer 1 of the target; CKA 0.49". */
const spoken = (data: LayerData, wiring: boolean): string =>
  [
    `${layerWords(data.side, data.tap.label)}: ${size(data)}`,
    ...(wiring ? ['a wire starts here'] : []),
    data.partners.length > 0 ? `paired with ${data.partners.join(' and ')}` : 'not paired',
    ...(data.similarity === null ? [] : [`CKA ${data.similarity.toFixed(2)}`]),
  ].join('; ');

/**
 * One layer. All of it is a handle, so that a wire can be drawn from anywhere on it; the button below is what the
 * keyboard reaches (MappingGraph moves the focus).
 */
export const Layer = memo(function Layer({ data }: NodeProps<LayerNode>) {
  const { side, tap, named, similarity, ink, mapped, height } = data;
  const wiring = use(WiringFrom) === tap.name && side === 'guide';
  return (
    <div
      className={`${classes.layer} ${marks.layer}`}
      data-side={side}
      data-mapped={mapped || undefined}
      data-named={named || undefined}
      data-wiring={wiring || undefined}
      data-name={named ? undefined : inWords(data)}
      style={{
        height,
        borderRadius: Math.min(6, height / 2),
        ...(similarity !== null && { background: similarityColour(similarity), color: ink }),
      }}
    >
      <button
        type="button"
        className={classes.layerButton}
        data-layer={`${side}:${tap.name}`}
        tabIndex={data.index === 0 ? 0 : -1}
        aria-label={spoken(data, wiring)}
      >
        {named && (
          <span aria-hidden style={{ fontSize: data.nameSize }}>
            {tap.label}
          </span>
        )}
      </button>
      <Handle
        type={side === 'guide' ? 'source' : 'target'}
        position={side === 'guide' ? Position.Right : Position.Left}
        className={classes.handle}
        title={named ? inWords(data) : undefined}
      />
    </div>
  );
});
