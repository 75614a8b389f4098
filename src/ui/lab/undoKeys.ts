/** The keys of undo and redo: Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, with Cmd for Ctrl on a Mac. */

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Texts that are typed have an undo of their own. Inputs that hold no text do not. */
export const OWN_UNDO =
  'textarea, [contenteditable="true"], input:not([type="radio"], [type="checkbox"], [type="range"], [type="button"], [type="file"], [type="color"])';

/** What is asked for, or null. */
export function undoKey({ key, code, ctrlKey, metaKey, shiftKey, altKey }: Keys): 'undo' | 'redo' | null {
  if (altKey || ctrlKey === metaKey) return null;
  // Where the layout has no Latin letters, the key at their place.
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace('Key', '').toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && !shiftKey ? 'redo' : null;
}
