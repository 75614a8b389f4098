import { Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AssetInfo } from '@/experiment/schema/assets.ts';
import { namedAssets } from '@/experiment/plan/assetRefs.ts';
import { useAssets } from '@/state/assets.ts';
import { useExperiment } from '@/state/experiment.ts';
import { deleteAsset, fetchFiles, loadAssets } from '@/state/files.ts';
import { KNOWN_SETS, type KnownSet } from '@/state/knownSets.ts';
import { notify } from '@/ui/notify.ts';
import { useOpened } from '@/ui/whenFirst.tsx';
import { bytes } from '@/ui/words.ts';
import { ChooseFiles } from './ChooseFiles.tsx';
import classes from './files.module.css';
import { putToUse, tell } from './takeFiles.tsx';
import { assetSummary } from './words.ts';

async function remove(asset: AssetInfo): Promise<void> {
  const failure = await deleteAsset(asset.hash);
  if (failure) notify('import', { color: 'red', title: `“${asset.name}” could not be deleted`, message: `${failure.message} ${failure.remedy}` });
}

function Kept({ asset, used }: { asset: AssetInfo; used: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <li className={classes.row} data-testid="asset">
      <div className={classes.text}>
        <Text size="sm" fw={600}>
          {asset.name}
        </Text>
        <Text size="xs" c="dimmed">
          {assetSummary(asset)} · {bytes(asset.bytes)}
          {used && ' · in use'}
          {asset.temporary && ' · until the page closes'}
        </Text>
        {asset.notes.map((note) => (
          <Text key={note} size="xs" c="dimmed">
            {note}
          </Text>
        ))}
      </div>
      {asking ? (
        <Group gap={6} wrap="nowrap">
          <Button color="red" variant="filled" onClick={() => void remove(asset)} aria-label={`Delete ${asset.name} for good`}>
            Delete for good
          </Button>
          <Button onClick={() => setAsking(false)}>Keep</Button>
        </Group>
      ) : (
        <Group gap={6} wrap="nowrap">
          {!used && (
            <Button onClick={() => void putToUse(asset)} aria-label={`Use ${asset.name}`}>
              Use
            </Button>
          )}
          <Button onClick={() => setAsking(true)} aria-label={`Delete ${asset.name}`}>
            Delete
          </Button>
        </Group>
      )}
    </li>
  );
}

function Known({ set }: { set: KnownSet }) {
  const busy = useAssets((state) => state.progress !== null);
  const [failed, setFailed] = useState(false);
  const fetchSet = async () => {
    const taken = await fetchFiles([...set.addresses]);
    setFailed(!taken.ok && taken.failure !== null);
    tell(
      taken,
      set.files.map((path) => ({ path })),
    );
  };
  return (
    <li className={classes.row}>
      <div className={classes.text}>
        <Text size="sm" fw={600}>
          {set.name}
        </Text>
        <Text size="xs" c="dimmed">
          {set.hint} {set.files.join(', ')} ({set.megabytes} MB) from its{' '}
          <Anchor size="xs" underline="always" href={set.page} target="_blank" rel="noreferrer">
            own page
          </Anchor>
          .
        </Text>
        {failed && (
          <Text size="xs">
            To be downloaded by hand:{' '}
            {set.addresses.map((address, i) => (
              <span key={address}>
                {i > 0 && ', '}
                <Anchor size="xs" underline="always" href={address} target="_blank" rel="noreferrer">
                  {set.files[i]}
                </Anchor>
              </span>
            ))}
          </Text>
        )}
      </div>
      <Button onClick={() => void fetchSet()} disabled={busy} aria-label={`Fetch ${set.name}`}>
        Fetch
      </Button>
    </li>
  );
}

function FromAddress() {
  const busy = useAssets((state) => state.progress !== null);
  const [address, setAddress] = useState('');
  const fetchAddress = async () => tell(await fetchFiles([address.trim()]), [{ path: address.trim() }]);
  return (
    <form
      className={classes.address}
      onSubmit={(event) => {
        event.preventDefault();
        void fetchAddress();
      }}
    >
      <TextInput
        aria-label="Web address of a file"
        placeholder="https://… of a file or an archive"
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <Button type="submit" disabled={busy || address.trim() === ''}>
        Fetch
      </Button>
    </form>
  );
}

/** Everything about files: adding, what is kept, what is offered in public. */
export function FilesDialog() {
  const opened = useOpened(useAssets((state) => state.dialog));
  const assets = useAssets((state) => state.assets);
  const experiment = useExperiment((state) => state.experiment);
  useEffect(() => {
    if (opened) void loadAssets();
  }, [opened]);
  const used = new Set(namedAssets(experiment).map(({ ref }) => ref.hash));
  return (
    <Modal.Root opened={opened} onClose={() => useAssets.setState({ dialog: false })} size={620}>
      <Modal.Overlay />
      <Modal.Content data-testid="files-dialog">
        <Modal.Body pt="md">
          <Group justify="space-between" mb="xs">
            <Modal.Title fz="lg" fw={600}>
              Files of your own
            </Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </Group>
          <Stack gap="md">
            <Text size="sm">Drop files anywhere on the page, or choose them. They are read here and kept in this browser; nothing is sent anywhere.</Text>
            <ChooseFiles />
            <FromAddress />
            <section aria-label="Kept in this browser">
              <h3 className={classes.head}>Kept in this browser</h3>
              {assets?.length === 0 && (
                <Text size="sm" c="dimmed">
                  Nothing yet.
                </Text>
              )}
              <ul className={classes.list}>
                {(assets ?? []).map((asset) => (
                  <Kept key={asset.hash} asset={asset} used={used.has(asset.hash)} />
                ))}
              </ul>
            </section>
            <section aria-label="Public data sets">
              <h3 className={classes.head}>Public data sets</h3>
              <ul className={classes.list}>
                {KNOWN_SETS.map((set) => (
                  <Known key={set.name} set={set} />
                ))}
              </ul>
            </section>
            <Text size="xs" c="dimmed">
              Also: any pictures, in one folder a class, as a folder or a ZIP; plain text; a network of TensorFlow.js (model.json with its .bin files); an
              experiment or a result that this page has saved (.json).
            </Text>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
