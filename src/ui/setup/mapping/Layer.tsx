import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { similarityColour } from '@/ui/colours.ts';
import { number } from '@/ui/words.ts';
import type { LayerData, LayerNode } from './graph.ts';
import classes from './mapping.module.css';

/** "block 2, conv 1: 8×8×32 = 2,048 features" */
const inWords = ({ tap }: LayerData): string => `${tap.label}: ${tap.shape.length > 1 ? `${tap.shape.join('×')} = ` : ''}${number(tap.features)} features`;

const spoken = (data: LayerData): string =>
  [
    `${data.side} layer ${inWords(data)}`,
    data.partners.length > 0 ? `paired with ${data.partners.join(', ')}` : 'not paired',
    ...(data.similarity === null ? [] : [`CKA ${data.similarity.toFixed(2)}`]),
  ].join('; ');

/**
 * One layer. All of it is a handle, so that a wire can be drawn from anywhere on it; the button below is what the
 * keyboard reaches (MappingGraph moves the focus).
 */
export const Layer = memo(function Layer({ data }: NodeProps<LayerNode>) {
  const { side, tap, named, similarity, ink, mapped, height } = data;
  return (
    <div
      className={classes.layer}
      data-side={side}
      data-mapped={mapped || undefined}
      data-named={named || undefined}
      data-name={named ? undefined : inWords(data)}
      style={{
        height,
        borderRadius: Math.min(6, height / 2),
        ...(similarity !== null && { background: similarityColour(similarity), color: ink }),
      }}
    >
      <button type="button" className={classes.layerButton} data-layer={`${side}:${tap.name}`} tabIndex={data.index === 0 ? 0 : -1} aria-label={spoken(data)}>
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
