/**
 * Texts that are being written and are not right yet, by the path of their network: closing an editor loses none. A
 * draft counts as long as the experiment holds the text that it began from.
 */
const drafts = new Map<string, { from: string; text: string }>();

/** The text to go on with where the experiment holds `current`. */
export function draftOf(path: string, current: string): string {
  const draft = drafts.get(path);
  return draft?.from === current ? draft.text : current;
}

/** Keep a draft; one that is what the experiment holds is none. */
export function keepDraft(path: string, current: string, text: string): void {
  if (text === current) drafts.delete(path);
  else drafts.set(path, { from: current, text });
}
