import { Button, CopyButton, Group, Textarea } from '@mantine/core';
import classes from './share.module.css';

interface CopyFieldProps {
  label: string;
  /** What is to be copied, in full; null while it is being made. */
  text: string | null;
  copy: string;
  testId: string;
}

/** A text that is there to be taken along. In view, because plain http has no clipboard. */
export function CopyField({ label, text, copy, testId }: CopyFieldProps) {
  return (
    <Group gap={8} align="flex-end" wrap="nowrap">
      <Textarea
        flex={1}
        readOnly
        rows={3}
        label={label}
        value={text ?? ''}
        className={classes.text}
        onFocus={(event) => event.currentTarget.select()}
        data-testid={testId}
      />
      <CopyButton value={text ?? ''}>
        {({ copied, copy: write }) => (
          <Button onClick={write} disabled={text === null} miw={96} data-testid={`${testId}-copy`}>
            {copied ? 'Copied' : copy}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
