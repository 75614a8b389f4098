/** The editor of a network's text: CodeMirror with the grammar's colours, its indentation, and mistakes where they are. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorSelection, EditorState, RangeSetBuilder, type Text } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { formOf, LAYERS, type LayerName } from '@/experiment/custom/grammar.ts';
import type { Place, TextProblem } from '@/experiment/custom/parse.ts';

const INDENT = '  ';

const isLayer = (word: string): word is LayerName => Object.hasOwn(LAYERS, word);
const firstWord = (line: string): string => /^\s*(\S+)/.exec(line)?.[1] ?? '';
const opensBlock = (line: string): boolean => {
  const word = firstWord(line);
  return isLayer(word) && formOf(word).block === true;
};

const MARKS = {
  comment: Decoration.mark({ class: 'own-comment' }),
  block: Decoration.mark({ class: 'own-block' }),
  layer: Decoration.mark({ class: 'own-layer' }),
  number: Decoration.mark({ class: 'own-number' }),
};

/** What each piece of a line is, in order. */
function* pieces(line: string): Generator<{ from: number; to: number; mark: Decoration }> {
  const comment = line.indexOf('#');
  const code = comment < 0 ? line : line.slice(0, comment);
  let first = true;
  for (const match of code.matchAll(/\S+/g)) {
    const [word] = match;
    const to = match.index + word.length;
    if (first) {
      if (isLayer(word)) yield { from: match.index, to, mark: formOf(word).block ? MARKS.block : MARKS.layer };
    } else {
      const number = /(\d[\dx×.]*)$/i.exec(word);
      if (number) yield { from: match.index + number.index, to, mark: MARKS.number };
    }
    first = false;
  }
  if (comment >= 0) yield { from: comment, to: line.length, mark: MARKS.comment };
}

function coloursOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      for (const piece of pieces(line.text)) builder.add(line.from + piece.from, line.from + piece.to, piece.mark);
      at = line.to + 1;
    }
  }
  return builder.finish();
}

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = coloursOf(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = coloursOf(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** A new line at the indentation of this one, one step deeper where this line opens a block. */
function newLine(view: EditorView): boolean {
  const { state } = view;
  view.dispatch(
    state.changeByRange((range) => {
      const line = state.doc.lineAt(range.from);
      const before = line.text.slice(0, range.from - line.from);
      const indent = `${/^ */.exec(before)?.[0] ?? ''}${opensBlock(before) ? INDENT : ''}`;
      return {
        changes: { from: range.from, to: range.to, insert: `\n${indent}` },
        range: EditorSelection.cursor(range.from + 1 + indent.length),
      };
    }),
    { scrollIntoView: true, userEvent: 'input' },
  );
  return true;
}

/** Within the indentation: one step out. */
function outdent(view: EditorView): boolean {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  if (!main.empty || before === '' || before.trim() !== '') return false;
  view.dispatch({
    changes: { from: main.head - (before.length % INDENT.length || INDENT.length), to: main.head },
    userEvent: 'delete.backward',
  });
  return true;
}

/** The part of the document that a place names; a place behind the end is the last character. */
function rangeOf(doc: Text, { line, column, end }: Place): { from: number; to: number } {
  const { from, to } = doc.line(Math.min(line, doc.lines));
  return { from: Math.min(from + column - 1, to), to: Math.min(from + end - 1, to) };
}

export const showProblems = (view: EditorView, problems: readonly TextProblem[]): void => {
  const diagnostics = problems.map(
    (problem): Diagnostic => ({
      ...rangeOf(view.state.doc, problem),
      severity: 'error',
      message: problem.message,
    }),
  );
  view.dispatch(setDiagnostics(view.state, diagnostics));
};

/** Put the cursor where a problem is. */
export function goTo(view: EditorView, place: Place): void {
  const { from, to } = rangeOf(view.state.doc, place);
  view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
  view.focus();
}

/** Replace all of the text, as one edit that can be taken back. */
export function replaceText(view: EditorView, text: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

interface EditorOptions {
  text: string;
  /** Accessible name. */
  label: string;
  /** Id of the element that tells what is wrong. */
  describedBy: string;
  onChange: (text: string) => void;
}

/** The Tab key keeps moving through the page: indentation is Enter's and Backspace's business, and Ctrl-[ and Ctrl-]. */
export function createEditor(parent: HTMLElement, { text, label, describedBy, onChange }: EditorOptions): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        colours,
        keymap.of([{ key: 'Enter', run: newLine }, { key: 'Backspace', run: outdent }, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-describedby': describedBy }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
}
