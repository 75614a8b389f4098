import { Drawer, Group } from '@mantine/core';
import { Suspense } from 'react';
import { useOpened } from '../whenFirst.tsx';
import { Explanation } from './lazyExplanation.ts';

/**
 * A few words on what is being compared; the formulas' typesetting is fetched when it opens.
 * Put together from parts because Mantine's own head is a <header>: a second banner of the page.
 */
export function ExplainDrawer({ opened: wanted, onClose }: { opened: boolean; onClose: () => void }) {
  const opened = useOpened(wanted);
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size={560}>
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Body pt="md">
          <Group justify="space-between" mb="sm">
            <Drawer.Title fz="lg" fw={600}>
              What is guidance?
            </Drawer.Title>
            <Drawer.CloseButton aria-label="Close" />
          </Group>
          <Suspense fallback={null}>{opened && <Explanation />}</Suspense>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
