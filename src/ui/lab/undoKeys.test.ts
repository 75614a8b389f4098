import { expect, it } from 'vitest';
import { undoKey } from './undoKeys.ts';

const NONE = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

it.each([
  ['Ctrl+Z', { key: 'z', code: 'KeyZ', ctrlKey: true }, 'undo'],
  ['Cmd+Z', { key: 'z', code: 'KeyZ', metaKey: true }, 'undo'],
  ['Ctrl+Shift+Z', { key: 'Z', code: 'KeyZ', ctrlKey: true, shiftKey: true }, 'redo'],
  ['Ctrl+Y', { key: 'y', code: 'KeyY', ctrlKey: true }, 'redo'],
  ['Ctrl+Z where Y and Z have changed places', { key: 'z', code: 'KeyY', ctrlKey: true }, 'undo'],
  ['Ctrl+Z on a Cyrillic layout', { key: 'я', code: 'KeyZ', ctrlKey: true }, 'undo'],
  ['Z alone', { key: 'z', code: 'KeyZ' }, null],
  ['Ctrl+Alt+Z', { key: 'z', code: 'KeyZ', ctrlKey: true, altKey: true }, null],
  ['Ctrl+Shift+Y', { key: 'Y', code: 'KeyY', ctrlKey: true, shiftKey: true }, null],
  ['Ctrl+C', { key: 'c', code: 'KeyC', ctrlKey: true }, null],
])('%s', (_, keys, asked) => expect(undoKey({ ...NONE, ...keys })).toBe(asked));
