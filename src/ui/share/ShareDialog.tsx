/** Everything by which an experiment goes elsewhere: a link, a code on the wall, a frame in another page, a room. */
import { Button, Checkbox, Divider, Group, Modal, NativeSelect, Stack, Switch, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { MAX_RESULT_LINK } from '@/experiment/contract/resultLink.ts';
import { usePreferences } from '@/state/preferences.ts';
import { PART_NAMES, type PartName, PARTS, present } from '@/state/presenting.ts';
import { useOpened } from '../whenFirst.tsx';
import { CopyField } from './CopyField.tsx';
import { embedCode, SIZES } from './embedCode.ts';
import { experimentLink, resultLink, type Shared } from './links.ts';
import { QrCode } from './QrCode.tsx';
import classes from './share.module.css';

const WITH_RESULT = 'Opens with the curves on screen, thinned; nothing has to be run.';
const SAVE = 'Save it as a file (“Experiment and result”, beside the table): dropped on the page, it shows the same.';
const TOO_LONG = `This result is longer than the ${MAX_RESULT_LINK / 1024} kB that a link may have. ${SAVE}`;

/** Of the result: it is being packed, here is the link, or why there is none. */
function useResultLink({ result }: Shared): { link: string | null; problem: string | null } {
  const [made, setMade] = useState<{ link: string | null; problem: string | null }>({ link: null, problem: null });
  useEffect(() => {
    if (!result) return;
    let alive = true;
    resultLink(result).then(
      (link) => alive && setMade({ link, problem: link === null ? TOO_LONG : null }),
      // Out of a file that was written by other hands, or a browser that cannot compress.
      () => alive && setMade({ link: null, problem: `This result cannot be put into a link. ${SAVE}` }),
    );
    return () => {
      alive = false;
    };
  }, [result]);
  return made;
}

function Embedding({ link, question }: { link: string; question: string }) {
  const [size, setSize] = useState(0);
  const [hidden, setHidden] = useState<PartName[]>([]);
  return (
    <Stack gap={8}>
      <Text size="sm" fw={600}>
        In another page
      </Text>
      <CopyField label="Code for a frame" text={embedCode(link, question, SIZES[size], hidden)} copy="Copy code" testId="embed-code" />
      <NativeSelect
        label="Size"
        w={200}
        data={SIZES.map(({ name }, i) => ({ value: String(i), label: name }))}
        value={String(size)}
        onChange={(event) => setSize(Number(event.currentTarget.value))}
        data-testid="embed-size"
      />
      <Checkbox.Group
        label="Left out: what a class is to find out should not stand there"
        value={hidden}
        onChange={(chosen) => setHidden(PARTS.filter((part) => chosen.includes(part)))}
      >
        <div className={classes.parts}>
          {PARTS.map((part) => (
            <Checkbox key={part} value={part} label={PART_NAMES[part]} data-testid={`hide-${part}`} />
          ))}
        </div>
      </Checkbox.Group>
    </Stack>
  );
}

function Room({ onClose }: { onClose: () => void }) {
  const key = usePreferences((state) => state.presentKey);
  const setKey = usePreferences((state) => state.setPresentKey);
  const begin = () => {
    onClose();
    present(true);
  };
  return (
    <Group justify="space-between">
      <Switch checked={key} onChange={(event) => setKey(event.currentTarget.checked)} label="The key P shows the page to a room" data-testid="present-key" />
      <Button onClick={begin} data-testid="present-now">
        Present now
      </Button>
    </Group>
  );
}

function Sharing({ shared, onClose }: { shared: Shared; onClose: () => void }) {
  const { experiment, result } = shared;
  const [withResult, setWithResult] = useState(false);
  const packed = useResultLink(shared);
  const alone = experimentLink(experiment);
  const carrying = withResult && result !== null && packed.problem === null;
  const link = carrying ? packed.link : alone;
  return (
    <Stack gap="md">
      <Stack gap={8}>
        <CopyField label="Link to exactly this experiment" text={link} copy="Copy link" testId="share-link" />
        <Checkbox
          label="With the result"
          description={result ? (packed.problem ?? WITH_RESULT) : 'There is none yet: run it to its end first.'}
          disabled={!result || packed.problem !== null}
          checked={carrying}
          onChange={(event) => setWithResult(event.currentTarget.checked)}
          data-testid="with-result"
        />
        {link !== null && <QrCode link={link} />}
      </Stack>
      <Divider />
      <Embedding link={link ?? alone} question={experiment.question} />
      <Divider />
      <Room onClose={onClose} />
    </Stack>
  );
}

/** @param shared what was on screen when it was opened; null while it is closed */
export function ShareDialog({ shared, onClose }: { shared: Shared | null; onClose: () => void }) {
  const opened = useOpened(shared !== null);
  return (
    // Put together from parts because Mantine's own head is a <header>: a second banner of the page.
    <Modal.Root opened={opened} onClose={onClose} size={560}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Group justify="space-between" mb="sm">
            <Modal.Title fz="lg" fw={600}>
              Share
            </Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </Group>
          {shared && <Sharing shared={shared} onClose={onClose} />}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
