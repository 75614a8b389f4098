import { Drawer, Group } from '@mantine/core';
import { lazy, Suspense } from 'react';

/** What formulas are set in. Fetched before they are shown: fonts that come later move the lines. */
const FONTS = ['16px KaTeX_Main', 'italic 16px KaTeX_Math', ...[1, 2, 3, 4].map((size) => `16px KaTeX_Size${size}`)];

const Explanation = lazy(async () => {
  const explanation = await import('./Explanation.tsx');
  // Without them it is still there to be read.
  await Promise.allSettled(FONTS.map((font) => document.fonts.load(font)));
  return explanation;
});

/**
 * A few words on what is being compared; the formulas' typesetting is fetched when it opens.
 * Put together from parts because Mantine's own head is a <header>: a second banner of the page.
 */
export function ExplainDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
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
