import type { ReactNode } from 'react';
import { useFaded } from '@/state/armsShown.ts';

/** Of an arm that is not the one under the pointer, while there is one. */
export const FADED = 0.25;

/** What is drawn of an arm: it steps back while another one stands out. Only this is drawn anew then. */
export function OfArm({ arm, children }: { arm: string; children: ReactNode }) {
  return <g opacity={useFaded(arm) ? FADED : undefined}>{children}</g>;
}

/** The same of what is no drawing; of no arm it never steps back. */
export function OfArmBlock({ arm, children }: { arm: string | null; children: ReactNode }) {
  const faded = useFaded(arm ?? '');
  return <div style={{ opacity: faded && arm !== null ? FADED : undefined }}>{children}</div>;
}
