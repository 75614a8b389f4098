import { Drawer } from '@mantine/core';
import { lazy, Suspense } from 'react';

const Explanation = lazy(() => import('./Explanation.tsx'));

/** A few words on what is being compared; the formulas' typesetting is fetched when it opens. */
export function ExplainDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={560}
      title={<b>What is guidance?</b>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Suspense fallback={null}>{opened && <Explanation />}</Suspense>
    </Drawer>
  );
}
