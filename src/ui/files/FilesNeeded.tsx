import { Button } from '@mantine/core';
import type { NamedAsset } from '@/experiment/plan/assetRefs.ts';
import { useAssets } from '@/state/assets.ts';
import classes from './files.module.css';
import { putToUse } from './taking.ts';

/** More would push the page down; the rest is behind "Files…". */
const OFFERED = 3;

/** In place of examples: which files the experiment uses and this browser does not have, and kept ones that would do. */
export function FilesNeeded({ needed: { ref, kind } }: { needed: NamedAsset }) {
  const { hash, name } = ref;
  const assets = useAssets((state) => state.assets);
  const fitting = (assets ?? []).filter(({ facts }) => facts.kind === kind);
  // Those of the wanted name first: most likely they are what was meant.
  const offered = [...fitting].sort((a, b) => Number(b.name === name) - Number(a.name === name)).slice(0, OFFERED);
  return (
    <div className={classes.needed} data-testid="files-needed">
      <span>
        {hash === undefined ? (
          <>
            This experiment needs <b>{name}</b>: drop the files here.
          </>
        ) : (
          <>
            This experiment uses <b>{name}</b> (hash {hash.slice(0, 8)}…), which is not in this browser: drop the files here.
          </>
        )}
      </span>
      {offered.map((asset) => (
        <Button key={asset.hash} onClick={() => putToUse(asset)} className={classes.use} data-testid="use-kept">
          Use “{asset.name}”
        </Button>
      ))}
      <Button onClick={() => useAssets.setState({ dialog: true })} data-testid="open-files">
        Files…
      </Button>
    </div>
  );
}
