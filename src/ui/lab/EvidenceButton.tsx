/** What the paper found, what was measured here, and whether the one bears the other out. */
import { Button, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { piece, usePiece } from '../pieces.ts';

const TEXT = piece(async () => (await import('./EvidenceText.tsx')).EvidenceText);

/** @param preset id of the preset whose numbers are told */
export function EvidenceButton({ preset }: { preset: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [EvidenceText, withText] = usePiece(TEXT, 'The numbers of the paper');
  return (
    <Popover width="min(460px, 94vw)" position="bottom-start" trapFocus opened={opened} onChange={(wanted) => !wanted && close()}>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          fw={400}
          onClick={() => (opened ? close() : withText(open))}
          data-testid="evidence"
          data-part="verdict"
          data-tool
        >
          Does it reproduce?
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{EvidenceText && <EvidenceText preset={preset} />}</Popover.Dropdown>
    </Popover>
  );
}
