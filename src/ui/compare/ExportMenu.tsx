import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { toFailure } from '@/experiment/contract/failure.ts';
import { encodeLink } from '@/experiment/link.ts';
import { useExperiment } from '@/state/experiment.ts';
import { linkTo } from '@/state/link.ts';
import { useRun } from '@/state/run.ts';
import { download, fileName, textFile } from '@/ui/charts/download.ts';
import { csvBlocks, toJson } from './exports.ts';

/** The experiment as run, with what was changed while it ran. */
export function ExportMenu() {
  const edited = useExperiment((state) => state.experiment);
  const experiment = useRun((state) => state.experiment) ?? edited;
  const result = useRun((state) => state.result);
  const hasRun = useRun((state) => state.experiment !== null);
  const name = fileName(experiment.preset);

  const copyLink = async () => {
    const link = linkTo(experiment);
    try {
      await navigator.clipboard.writeText(link);
      notifications.show({ message: 'The link to exactly this experiment is on the clipboard.' });
    } catch {
      // Plain http has no clipboard: put the link where it can be copied from.
      location.hash = encodeLink(experiment);
      notifications.show({ message: 'The link is in the address bar: copy it from there.' });
    }
  };
  /** What it begins with may have to be made: a guide that is not at hand is trained. */
  const takeToTorch = async () => {
    const id = notifications.show({ loading: true, autoClose: false, message: 'The PyTorch script is being put together, with weights and data.' });
    try {
      const { torchZip } = await import('./torchExport.ts');
      const zip = await torchZip(experiment, `${name}-torch`);
      notifications.hide(id);
      if (Array.isArray(zip)) notifications.show({ color: 'red', message: zip.join(' ') });
      else download(`${name}-torch.zip`, zip);
    } catch (error) {
      const { message, remedy } = toFailure(error);
      notifications.update({ id, loading: false, autoClose: 10_000, color: 'red', message: `${message} ${remedy}` });
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Take the result along" data-testid="export-menu">
          <IconDownload size={16} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          data-testid="export-json"
          onClick={() => download(`${name}${result ? '-result' : ''}.json`, textFile(toJson(experiment, result), 'application/json'))}
        >
          {result ? 'Experiment and result (JSON)' : 'Experiment (JSON); with the result once it is done'}
        </Menu.Item>
        <Menu.Item
          data-testid="export-csv"
          disabled={!hasRun}
          onClick={() => download(`${name}-curves.csv`, new Blob([...csvBlocks(useRun.getState().data)], { type: 'text/csv' }))}
        >
          Curves (CSV)
        </Menu.Item>
        <Menu.Item data-testid="export-torch" onClick={() => void takeToTorch()}>
          PyTorch script with weights and data (ZIP)
        </Menu.Item>
        <Menu.Item data-testid="copy-link" onClick={() => void copyLink()}>
          Copy the link to this experiment
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
