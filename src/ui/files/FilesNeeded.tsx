import { Button } from '@mantine/core';
import type { AssetRef } from '@/experiment/assets.ts';
import { useAssets } from '@/state/assets.ts';
import classes from './files.module.css';
import { putToUse } from './takeFiles.tsx';

/** In place of examples: which files the experiment uses and this browser does not have. */
export function FilesNeeded({ needed: { hash, name } }: { needed: AssetRef }) {
  const same = useAssets((state) => state.assets?.find((asset) => asset.name === name));
  return (
    <div className={classes.needed} data-testid="files-needed">
      <span>
        {hash === undefined ? (
          <>
            This experiment needs <b>{name}</b>: drop the files here.
          </>
        ) : (
          <>
            This experiment uses <b>{name}</b> (hash {hash.slice(0, 8)}…), which is not in this browser: drop the files
            here.
          </>
        )}
      </span>
      {same && (
        <Button onClick={() => putToUse(same)}>{hash === undefined ? 'Use the kept one' : 'Use another one that is kept'}</Button>
      )}
      <Button onClick={() => useAssets.setState({ dialog: true })} data-testid="open-files">
        Files…
      </Button>
    </div>
  );
}
