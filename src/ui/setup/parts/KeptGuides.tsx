import { ActionIcon, Alert, Button, Group, Modal, Stack, Table, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { describeNetwork, taskMetric, taskShape, taskTitle } from '@/experiment/networks/describe.ts';
import type { KeptGuide } from '@/experiment/contract/lab.ts';
import { useGuideLibrary } from '@/state/guideLibrary.ts';
import { metricWords } from '@/ui/charts/format.ts';
import { useOpened } from '@/ui/whenFirst.tsx';
import { number, plural } from '@/ui/words.ts';

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** "ResNet-8 on Textures, 300 steps" */
function nameOf({ about, key }: KeptGuide): string {
  if (!about) return `guide ${key.slice(0, 8)}`;
  const { task, spec } = about;
  return `${describeNetwork(spec.network, taskShape(task)).title} on ${taskTitle(task)}, ${number(spec.training.steps)} steps`;
}

/** 12,345 bytes → "12 kB" */
const size = (bytes: number): string => (bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`);

const scoreOf = ({ about }: KeptGuide): string =>
  about && Number.isFinite(about.score) ? `${taskMetric(about.task).name} ${metricWords(taskMetric(about.task)).value(about.score)}` : '–';

/** A button that asks once more before it does what cannot be undone. */
function Confirmed({ label, question, onConfirm }: { label: string; question: string; onConfirm: () => void }) {
  const [asked, { open, close }] = useDisclosure(false);
  if (!asked) return <Button onClick={open}>{label}</Button>;
  return (
    <Group gap="xs">
      <Text size="sm">{question}</Text>
      <Button
        color="red"
        variant="filled"
        onClick={() => {
          close();
          onConfirm();
        }}
      >
        Delete
      </Button>
      <Button onClick={close}>Keep</Button>
    </Group>
  );
}

function GuideRow({ guide }: { guide: KeptGuide }) {
  const forget = useGuideLibrary((state) => state.forget);
  const [asked, setAsked] = useState(false);
  const name = nameOf(guide);
  return (
    <Table.Tr data-testid="kept-guide">
      <Table.Td>{name}</Table.Td>
      <Table.Td>{scoreOf(guide)}</Table.Td>
      <Table.Td>{size(guide.bytes)}</Table.Td>
      <Table.Td>{guide.about ? DATE.format(guide.about.savedAt) : '–'}</Table.Td>
      <Table.Td>
        {asked ? (
          <Group gap={4} wrap="nowrap">
            <Button size="compact-xs" color="red" variant="filled" onClick={() => void forget(guide.key)}>
              Delete
            </Button>
            <Button size="compact-xs" onClick={() => setAsked(false)}>
              Keep
            </Button>
          </Group>
        ) : (
          <Tooltip label="Delete this guide; a run that needs it trains it again.">
            <ActionIcon size="sm" aria-label={`Delete ${name}`} onClick={() => setAsked(true)}>
              <IconTrash size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Above the editors that open in place. */
const ABOVE_EDITORS = 400;

/** The trained guides that this browser keeps, each by its recipe, and the way to be rid of them. */
export function KeptGuides() {
  const { shown, kept, failure, forget } = useGuideLibrary();
  const opened = useOpened(shown);
  return (
    <Modal
      opened={opened}
      onClose={() => useGuideLibrary.setState({ shown: false })}
      title="Guides kept in this browser"
      size="lg"
      zIndex={ABOVE_EDITORS}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          A guide that was trained here is kept by its recipe: its task, its network, how it was trained. A run that asks for the same recipe takes it; any
          change trains another.
        </Text>
        {failure && (
          <Alert color="red" title="Not deleted">
            {failure.message} {failure.remedy}
          </Alert>
        )}
        {kept && kept.length > 0 ? (
          <>
            <Table.ScrollContainer minWidth={420}>
              <Table fz="sm" verticalSpacing={4}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Guide</Table.Th>
                    <Table.Th>Score</Table.Th>
                    <Table.Th>Size</Table.Th>
                    <Table.Th>Trained</Table.Th>
                    <Table.Td />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {kept.map((guide) => (
                    <GuideRow key={guide.key} guide={guide} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <div>
              <Confirmed label="Delete all" question={`Delete ${plural(kept.length, 'guide')}?`} onConfirm={() => void forget()} />
            </div>
          </>
        ) : (
          <Text size="sm">None. Guides that come with the page are not listed.</Text>
        )}
      </Stack>
    </Modal>
  );
}
