import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { highlight, useFaded } from '@/state/armsShown.ts';
import { FADED } from '@/ui/charts/OfArm.tsx';

/** An arm's row of a table: under the pointer its curves stand out, and it steps back while another arm does. */
export function ArmTableRow({ arm, children }: { arm: string; children: ReactNode }) {
  const faded = useFaded(arm);
  return (
    <Table.Tr
      data-testid={`result-${arm}`}
      style={{ opacity: faded ? FADED : undefined }}
      onPointerEnter={() => highlight(arm)}
      onPointerLeave={() => highlight(null)}
    >
      {children}
    </Table.Tr>
  );
}
