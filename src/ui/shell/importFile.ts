import { useExperiment } from '@/state/experiment.ts';
import { MAX_IMPORT_BYTES, readExperiment } from '@/state/importing.ts';
import { notify } from '@/ui/notify.ts';

/** Take in a chosen or dropped file; say what came of it. */
export async function importFile(file: File): Promise<void> {
  const imported =
    file.size > MAX_IMPORT_BYTES
      ? { ok: false as const, message: 'It is too large to be an experiment.' }
      : readExperiment(await file.text());
  if (imported.ok) {
    useExperiment.getState().replace(imported.experiment);
    notify('import', {
      message: `Took the experiment from ${imported.kind === 'result' ? 'the result in ' : ''}“${file.name}”. Press Run to run it here.`,
    });
  } else {
    notify('import', {
      color: 'red',
      autoClose: false,
      title: `“${file.name}” could not be taken in`,
      message: `${imported.message} The experiment on the page is unchanged.`,
    });
  }
}
