import { Button, Stack, Text } from '@mantine/core';
import type { AssetInfo, GivenFile, WeightFacts } from '@/experiment/schema/assets.ts';
import type { LabEvent } from '@/experiment/contract/events.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import type { WeightsFit } from '@/experiment/contract/lab.ts';
import { describeNetwork, taskShape } from '@/experiment/networks/describe.ts';
import { addFiles, putAsset, putWeights, type Taken } from '@/state/files.ts';
import { type Imported, MAX_IMPORT_BYTES, readExperiment } from '@/state/importing.ts';
import { session } from '@/state/session.ts';
import { holdsCurves } from '@/ui/compare/exports.ts';
import { notify } from '@/ui/notify.ts';
import { problemWords } from '@/ui/words.ts';
import { assetSummary } from './words.ts';

/** Take in what was chosen or dropped: an experiment or a result (one JSON file), else files of a person's own. */
export async function takeFiles(files: GivenFile[]): Promise<void> {
  if (files.length === 0) return;
  if (files.length === 1 && (await holdsCurves(files[0].blob))) {
    refuse(
      `“${files[0].path}” could not be taken in`,
      'It holds curves that this page has saved for statistics programs. A run comes back out of its result, “Experiment and result (JSON)” in the same menu. The experiment on the page is unchanged.',
    );
    return;
  }
  const [together, rest] = await experimentAmong(files);
  if (together) {
    // The experiment first: what comes with it fills the places that it keeps.
    importExperiment(together.path, together.text);
    tell(await addFiles(rest), rest);
    return;
  }
  const text = files.length === 1 ? await jsonIn(files[0]) : null;
  if (text === null) tell(await addFiles(files), files);
  else importExperiment(files[0].path, text);
}

/** The one experiment among files that were given with it, and the others. */
async function experimentAmong(files: GivenFile[]): Promise<[{ path: string; text: string } | null, GivenFile[]]> {
  if (files.length < 2) return [null, files];
  for (const file of files) {
    const text = /\.json$/i.test(file.path) ? await jsonIn(file) : null;
    if (text !== null && text !== TOO_LARGE && readExperiment(text).ok) return [{ path: file.path, text }, files.filter((other) => other !== file)];
  }
  return [null, files];
}

const TOO_LARGE = 'too large';

/** The text of a file that is meant to be an experiment, or null. */
async function jsonIn({ path, blob }: GivenFile): Promise<string | null> {
  const json = /\.json$/i.test(path) || /^\s*\{\s*["}]/.test(await blob.slice(0, 64).text());
  if (!json) return null;
  // A network's model.json without its weights: what takes files in says what is missing.
  if (/"modelTopology"/.test(await blob.slice(0, 4096).text())) return null;
  return blob.size > MAX_IMPORT_BYTES ? TOO_LARGE : blob.text();
}

function importExperiment(name: string, text: string): void {
  const imported = text === TOO_LARGE ? { ok: false as const, message: 'It is too large to be an experiment.' } : readExperiment(text);
  if (imported.ok) takeExperiment(name, imported);
  else refuse(`“${name}” could not be taken in`, `${imported.message} The experiment on the page is unchanged.`);
}

function takeExperiment(name: string, imported: Extract<Imported, { ok: true }>): void {
  const run = imported.kind === 'result' ? imported.run : null;
  if (run?.ok) return void showResult(name, imported.experiment, run.events);
  useExperiment.getState().replace(imported.experiment);
  if (!run) {
    notify('import', { message: `Took the experiment from “${name}”. Press Run to run it here.` });
  } else {
    notify('import', {
      color: 'yellow',
      autoClose: false,
      title: `Took only the experiment from “${name}”`,
      message: `Its curves cannot be shown: ${run.message}. Press Run to run it here.`,
    });
  }
}

async function showResult(name: string, experiment: Experiment, events: readonly LabEvent[]): Promise<void> {
  await session.show(experiment, events, { loadedFrom: name });
  notify('import', { message: `The result in “${name}” is on screen. Press Run again to repeat it here.` });
}

const refuse = (title: string, message: string): void => notify('import', { color: 'red', autoClose: false, title, message });

/** Use a kept data set in the experiment, or weights as a guide, and say so. */
export async function putToUse(asset: AssetInfo): Promise<void> {
  const outcome = asset.facts.kind === 'weights' ? await putWeights(asset as AssetInfo<WeightFacts>) : putAsset(asset);
  const title = `“${asset.name}” cannot be used in this experiment`;
  if ('message' in outcome) refuse(title, `${outcome.message} ${outcome.remedy}`);
  else if (outcome.length > 0) refuse(title, `${problemWords(outcome[0])}.`);
  else notify('import', { message: `The experiment now uses “${asset.name}”. Undo takes that back.` });
}

/** Whose weights they are. */
function fitWords({ network, guide }: WeightsFit): string {
  const { experiment } = useExperiment.getState();
  const { title } = describeNetwork(network, taskShape(experiment.task));
  return `They fit ${guide === null ? 'the target' : `the guide “${guide}”`}, ${title}.`;
}

/** Say what came of files that were given. */
export function tell(taken: Taken, files: readonly Pick<GivenFile, 'path'>[]): void {
  if (!taken.ok) {
    if (!taken.failure) return;
    const what = files.length === 1 ? `“${files[0].path}”` : `These ${files.length} files`;
    refuse(`${what} could not be taken in`, `${taken.failure.message} ${taken.failure.remedy}`);
    return;
  }
  const { asset, outcome, fit } = taken;
  const failure = fit && 'message' in fit ? fit : null;
  const found = fit && !failure ? [fitWords(fit as WeightsFit)] : [];
  notify('import', {
    autoClose: 12_000,
    title: outcome === 'used' ? `“${asset.name}” is there: press Run` : `“${asset.name}” is kept in this browser`,
    message: (
      <Stack gap={6} align="flex-start">
        <Text size="sm">{[`${assetSummary(asset)}.`, ...asset.notes, ...found].join(' ')}</Text>
        {failure && <Text size="sm">{`${failure.message} ${failure.remedy}`}</Text>}
        {asset.temporary && <Text size="sm">This browser offers no storage here: it is gone when the page closes.</Text>}
        {outcome === 'kept' && !failure && (
          <Button onClick={() => void putToUse(asset)}>
            {asset.facts.kind === 'model' || asset.facts.kind === 'weights' ? 'Guide an arm by it' : 'Use it in this experiment'}
          </Button>
        )}
      </Stack>
    ),
  });
}
