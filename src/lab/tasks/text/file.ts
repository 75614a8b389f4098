/** A person's own text as a task. */
import type { TextFileSpec } from '../../../experiment/schema/schema.ts';
import { FileError } from '../../files/errors.ts';
import type { Library } from '../../files/library.ts';
import { LanguageTask } from './task.ts';
import { encode, pieces, vocabularyOf } from '../../files/tokenise.ts';

/**
 * Training is on the beginning of the text, validation on its end; the vocabulary is that of the training part.
 * @throws {MissingFilesError} when the library does not have it
 * @throws {FileError} when it is too short
 */
export async function openTextFile(spec: TextFileSpec, library: Library): Promise<LanguageTask> {
  const asset = await library.find(spec.data, 'text');
  const all = pieces(await (await library.part(asset, 'text')).text(), spec.unit);
  if (all.length < spec.trainTokens + spec.valTokens) {
    const count = (n: number) => n.toLocaleString('en');
    throw new FileError(
      `“${asset.name}” has ${count(all.length)} ${spec.unit}; the experiment asks for ${count(spec.trainTokens)} to train on and ${count(spec.valTokens)} to validate on.`,
      "Lower these numbers in the task's settings, or choose a longer text.",
    );
  }
  const training = all.slice(0, spec.trainTokens);
  const vocabulary = vocabularyOf(training, spec.vocabulary);
  const letter = vocabulary.map((piece) => /[\p{L}\p{N}]/u.test(piece));
  return new LanguageTask(spec, {
    train: () => encode(training, vocabulary),
    val: () => encode(all.slice(all.length - spec.valTokens), vocabulary),
    groupOf:
      spec.unit === 'characters'
        ? (tokens, at, label) => (letter[label] && !letter[tokens[at]] ? 0 : 1)
        : (tokens, at, label) => (tokens.subarray(0, at + 1).includes(label) ? 0 : 1),
    tokenNames: vocabulary,
    separator: spec.unit === 'characters' ? '' : ' ',
    marked: false,
  });
}
